"""Reading requests and shaping responses."""
