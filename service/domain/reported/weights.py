"""The weight of a report, and when reports hold a published comment."""

#: A reporter counts fully until this many of their reports were decided.
FEW = 3
#: The weight of a reporter all of whose reports were dismissed, and the weight of a trusted flagger.
LEAST, TRUSTED = 0.1, 2.0
#: A site may let reports hold a comment from this weight on. A single report never does.
LEAST_TO_HOLD, MOST_TO_HOLD = 2, 100


def weight_of(*, upheld: int, dismissed: int, trusted: bool = False) -> float:
    """How much a report counts: the share of this reporter's earlier reports that were upheld, or 1 for a new reporter."""
    if trusted:
        return TRUSTED
    if upheld + dismissed < FEW:
        return 1.0
    return round(max(LEAST, min(1.0, 2 * upheld / (upheld + dismissed))), 2)


def is_often_unfounded(*, upheld: int, dismissed: int) -> bool:
    """Whether a reporter may be warned and then suspended (Article 23(2) of Regulation (EU) 2022/2065): of at least `FEW` decided
    reports, more were dismissed than upheld. Whether they were manifestly unfounded, a person decides."""
    return dismissed >= FEW and dismissed > upheld


def holds(weights: list[float], *, hold_from: int) -> bool:
    """Whether reports with these weights hold a published comment. Zero for `hold_from` means never; one report alone never does."""
    return bool(hold_from) and len(weights) > 1 and sum(weights) >= hold_from
