"""Trains the transformer (`greenroom train --deep`) from a base model that a package ships. The only part that needs PyTorch."""
