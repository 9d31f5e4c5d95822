"""Use cases of accounts: moderators, sign-in, two-factor, OIDC."""
