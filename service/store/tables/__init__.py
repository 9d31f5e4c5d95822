"""All tables; the queries are elsewhere in `store`."""
