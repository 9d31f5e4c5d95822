"""The CSRF token of each form."""

from service.web.auth.csrf import is_token, masked


def test_a_masked_token_is_only_itself() -> None:
    assert is_token(masked("secret"), "secret")
    for sent in ("", "secret", "ü", "====", masked("secreu"), masked("secret") + "A", masked("")):
        assert not is_token(sent, "secret")
