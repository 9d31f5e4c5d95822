"""The help of all commands in other forms: the manual page, and completion for shells."""
