"""Tests of the web's authentication."""
