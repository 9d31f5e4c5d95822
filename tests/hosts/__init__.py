"""Tests of what hosts use: the clients and the recipes, against a running Greenroom."""
