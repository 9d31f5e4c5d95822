"""What can be computed from a text alone: links, language, fingerprint, near duplicates, wildcards."""
