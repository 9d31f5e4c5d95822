"""Explanations: whether the words that a reason names are those that made the score. Take them out, and the reason should go."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from service.domain.policy.check_input import CheckInput
from service.domain.policy.judge import PolicyLimits, judge
from service.domain.policy.signals import Family, Field, Signal
from workers.checks import signals_of
from workers.checks.model.explanation import without
from workers.training.corpora import Example, rows
from workers.training.judging import check_input, mean
from workers.training.metrics import Figure, figure

SETS = ("spam", "youtube_spam", "civil_toxic_spans", "surge_toxicity", "ucc_news")
#: Comments per set.
MOST = 400


def explanations(folder: Path) -> Iterator[Figure]:
    """For each set and family: of the reasons of unwanted comments, the share that goes when the named words are taken out."""
    for name in SETS:
        unwanted = [row for row in rows(folder, name) if row["label"] == 1][:MOST]
        gone: dict[Family, list[bool]] = {Family.SPAM: [], Family.ABUSE: []}
        named: dict[Family, list[int]] = {Family.SPAM: [], Family.ABUSE: []}
        for row in unwanted:
            example = Example(str(row["text"]), 1, name, str(row.get("name") or ""), str(row.get("url") or ""))
            reading = replace(check_input(example), languages=("*",))
            for reason in judge(signals_of(reading), PolicyLimits()).reasons:
                if reason.kind.family in gone:
                    gone[reason.kind.family].append(reason.kind not in {other.kind for other in _without(reading, reason)})
                    named[reason.kind.family].append(len({span.text for span in reason.spans}))
        for family, went in gone.items():
            if went:
                how = f"{len(went)} reasons; {mean(named[family]):.1f} words named on average"
                yield figure(f"{family} reasons that go with their words: {name}", mean(went), ">= .85", how, kind=family)


def _without(reading: CheckInput, reason: Signal) -> Sequence[Signal]:
    """The reasons that are left when the named words are taken out of the text, the name and the website."""
    author = replace(
        reading.author,
        name=without(reading.author.name, [span for span in reason.spans if span.field is Field.AUTHOR_NAME]),
        url=without(reading.author.url, [span for span in reason.spans if span.field is Field.AUTHOR_URL]),
    )
    text = without(reading.text, [span for span in reason.spans if span.field is Field.TEXT])
    return judge(signals_of(replace(reading, text=text, author=author)), PolicyLimits()).reasons


QUICK = (explanations,)
