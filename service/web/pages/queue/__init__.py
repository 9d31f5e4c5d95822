"""The queue page, its cards, forms and practice."""
