"""Personal data that should not be public: telephone numbers, card numbers and street addresses."""

import re
from collections.abc import Iterator

from service.domain.policy.signals import Kind, Signal
from workers.checks.prepared import Prepared

CHECK = "privacy"
#: The fewest digits of a card number and of a telephone number.
_CARD_DIGITS, _PHONE_DIGITS = 13, 8
_CARD = re.compile(r"(?<![0-9.,-])[0-9](?:[ -]?[0-9]){12,18}(?![0-9])")
_PHONE = re.compile(
    r"(?<![\w.,/=#%$£€-])(?:\+[0-9]{1,3}[ .-]?)?(?:\([0-9]{2,4}\)|[0-9]{2,5})"
    r"[ .-]?[0-9]{3,4}[ .-][0-9]{3,4}(?![\w/%]|[.,:-][0-9])"
    r"|(?<![\w.,/=-])(?:\+|00)[0-9](?:[ .()-]{0,2}[0-9]){8,13}(?![0-9])"
)
_STREET = re.compile(
    r"(?<![\w.,$-])[0-9]{1,5} (?:[a-z]{2,15} ){1,3}"
    r"(?:street|avenue|road|lane|drive|boulevard|crescent|court|terrace|st|ave|rd|ln|blvd)\b"
)
#: The first character of every telephone number and street address.
_BEGINNING = re.compile(r"[0-9(+]")
_WHOSE = re.compile(r"\b(?:lives?|living|address|home|find (?:him|her|them)|house|reside[sd]?|apartment|apt)\b")


def check(prepared: Prepared) -> Iterator[Signal]:
    """Gives a signal for a card or telephone number, and for a street address. Texts without digits are skipped."""
    folded, text = prepared.text, prepared.text.text
    digits = prepared.digits
    if not digits:
        return
    if digits >= _CARD_DIGITS and (card := next((found for found in _CARD.finditer(text) if _luhn(found[0])), None)):
        yield Signal(Kind.PRIVACY_CARD, 0.9, "a card number", (folded.span(*card.span()),), strong=False, check=CHECK)
    elif digits >= _PHONE_DIGITS and (phone := _first(_PHONE, text)):
        yield Signal(Kind.PRIVACY_PHONE, 0.55, "a phone number", (folded.span(*phone.span()),), check=CHECK)
    if street := _first(_STREET, text):
        near = text[max(0, street.start() - 60) : street.end() + 20]
        score = 0.6 if _WHOSE.search(near) else 0.3
        yield Signal(Kind.PRIVACY_ADDRESS, score, "a street address", (folded.span(*street.span()),), check=CHECK)


def _first(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    """The same as `pattern.search`, but faster: tries only places where a match can begin."""
    return next(filter(None, (pattern.match(text, at.start()) for at in _BEGINNING.finditer(text))), None)


def _luhn(digits: str) -> bool:
    """Whether a number may be a card number: its check digit is right (Luhn, ISO/IEC 7812-1), its first digit is 3 to 6, and it
    has at least four distinct digits."""
    numbers = [int(char) for char in digits if char.isdigit()]
    doubled = [sum(divmod(2 * number, 10)) for number in numbers[-2::-2]]
    return len(set(numbers)) > 3 and numbers[0] in (3, 4, 5, 6) and (sum(numbers[-1::-2]) + sum(doubled)) % 10 == 0
