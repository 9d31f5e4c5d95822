"""Use cases of sites: settings, custom rules, keys, external checks."""
