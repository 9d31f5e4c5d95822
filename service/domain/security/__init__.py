"""Passwords, TOTP, OIDC claims, tokens, encryption, pseudonyms, log leaks."""
