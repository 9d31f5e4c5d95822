"""Writers of a site's comments in forms that other comment systems read: one form a file."""
