"""How the form was filled in: the honeypot field, and the time between showing and sending the form."""

from collections.abc import Iterator

from service.domain.policy.signals import Kind, Signal
from workers.checks.prepared import Prepared

CHECK = "forms"
#: A form that is sent in fewer than HASTY seconds is suspicious. In fewer than IMPOSSIBLE seconds no person can type a text.
HASTY, IMPOSSIBLE = 3.0, 1.0


def check(prepared: Prepared) -> Iterator[Signal]:
    """Gives signals only if the host sends these facts about its form."""
    circumstances = prepared.reading.circumstances
    if circumstances.honeypot:
        yield Signal(Kind.SPAM_HONEYPOT, 0.95, "a hidden form field was filled in, as programs do", strong=True, check=CHECK)
    seconds = circumstances.seconds_to_submit
    if seconds is not None and 0 <= seconds < HASTY:
        impossible = seconds < IMPOSSIBLE and len(prepared.reading.text) > 20
        score = 0.85 if impossible else 0.55
        yield Signal(Kind.SPAM_TOO_FAST, score, f"sent {seconds:g} s after the form was opened", strong=impossible, check=CHECK)
