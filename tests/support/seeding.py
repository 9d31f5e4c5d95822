"""Synthetic comments for the queue page, submitted and judged with given signals."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from service.actions.comments.apply_verdicts import JudgedComment, apply_verdicts, prepare
from service.actions.comments.submit import Accepted, Submission, submit
from service.domain.draft import Draft, DraftAuthor, DraftContext, DraftThread
from service.domain.ids import new_id
from service.domain.policy.judge import Verdict
from service.domain.policy.signals import Kind, Signal, Span
from service.domain.security.pseudonyms import Pseudonymizer
from service.domain.states import State
from service.store.comments.check_input import claimed_comments
from service.store.comments.claim import claim
from service.store.db.engine import Database

PSEUDONYMS = Pseudonymizer(b"seeding")


@dataclass(frozen=True)
class Seed:
    """One comment: text, author, thread, and the signals it gets. `found` maps matched text to the word it was read as."""

    text: str
    #: If left out: an author without other comments.
    name: str = ""
    thread: str = "Council approves new cycle path along the river"
    state: State = State.HELD
    kind: Kind = Kind.PROFANITY_MILD
    rule: str = ""
    score: float = 0.6
    found: dict[str, str] = field(default_factory=dict)
    minutes: float = 5
    language: str = ""
    parent: str = ""
    name_of: str = ""
    url: str = ""
    also: tuple[Signal, ...] = ()
    verified: bool = False
    title: str = ""


def sow(database: Database, site_id: str, seeds: Sequence[Seed], *, now: datetime | None = None) -> list[UUID]:
    """Store the seeds with their ages and states. Returns their ids."""
    now = now or datetime.now(UTC)
    ids: list[UUID] = []
    for batch in _batches(seeds):
        with database.writing() as session:
            at = now - timedelta(minutes=batch[0].minutes)
            outcomes = submit(session, [Submission(site_id, _draft(seed)) for seed in batch], pseudonyms=PSEUDONYMS, now=at)
            new = [outcome.comment_id for outcome in outcomes if isinstance(outcome, Accepted)]
            assert len(new) == len(batch), outcomes
            token = new_id()
            claim(session, token=token, limit=len(new), now=at, lease=timedelta(seconds=60))
            found = {item.comment_id: item for item in claimed_comments(session, new, now=at, site_id=site_id)}
            settlements = [_settlement(found[i], seed) for i, seed in zip(new, batch, strict=True)]
            apply_verdicts(session, prepare(settlements), token=token, now=at)
            ids += new
    return ids


def _batches(seeds: Sequence[Seed]) -> list[list[Seed]]:
    """Groups of seeds with the same age; each group shares a transaction. A parent must be stored before its replies."""
    batches: list[list[Seed]] = []
    for seed in seeds:
        if batches and batches[-1][0].minutes == seed.minutes and not seed.parent and len(batches[-1]) < 500:
            batches[-1].append(seed)
        else:
            batches.append([seed])
    return batches


def _draft(seed: Seed) -> Draft:
    slug = seed.thread.lower().replace(" ", "-")[:60]
    return Draft(
        thread=DraftThread(slug, f"https://news.example/{slug}" if slug.isascii() else "", seed.title or seed.thread),
        text=seed.text,
        author=DraftAuthor(seed.name or "Robin", url=seed.url, id=seed.name.lower() or str(new_id()), verified=seed.verified),
        parent=seed.parent,
        external_id=seed.name_of,
        context=DraftContext(language=seed.language),
    )


def _settlement(item, seed: Seed) -> JudgedComment:
    spans = tuple(Span(seed.text.index(text), seed.text.index(text) + len(text), text, read) for text, read in seed.found.items())
    rule = seed.rule or "mild profanity"
    first = () if seed.state is State.APPROVED else (Signal(seed.kind, seed.score, rule, spans, check="seeded"),)
    signals = (*first, *seed.also)
    return JudgedComment(item, signals, Verdict(seed.state, signals))
