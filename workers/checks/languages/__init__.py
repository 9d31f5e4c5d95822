"""What the checks know about languages other than English: which one a comment is in, its coarse words, and a model for attacks."""
