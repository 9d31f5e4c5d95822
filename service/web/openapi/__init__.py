"""The API document and its pages."""
