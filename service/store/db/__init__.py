"""The database itself: engine, SQLite write lock, bulk statements, column types, migrations."""
