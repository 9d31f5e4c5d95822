"""What the checks score with: features and models."""
