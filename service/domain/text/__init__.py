"""Functions of a text alone: links, language, fingerprint, near duplicates, wildcards."""
