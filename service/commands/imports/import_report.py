"""The report of an import: what was stored, what was left out and why, and what of the stored comments could not be used."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TextIO

from service.domain.imports.old_comment import OldComment
from service.domain.imports.source_comment import LeftOut, Omission
from service.domain.states import State

_EXAMPLES = 5


@dataclass(slots=True)
class ImportReport:
    """Counts, and for each kind of loss the first ids. `details` gets a line of JSON for each comment that lost something."""

    details: TextIO | None = None
    stored: Counter[State] = field(default_factory=Counter)
    decided: int = 0
    present: int = 0
    left_out: Counter[LeftOut] = field(default_factory=Counter)
    omitted: Counter[Omission] = field(default_factory=Counter)
    _examples: dict[LeftOut | Omission, list[str]] = field(default_factory=dict)

    def add_new(self, comment: OldComment) -> None:
        self.stored[comment.state] += 1
        self.decided += comment.decided
        for omission in comment.omissions:
            self.omit(comment.id, omission)

    def leave_out(self, comment_id: str, why: LeftOut) -> None:
        self.left_out[why] += 1
        self._note(comment_id, why, "left_out")

    def omit(self, comment_id: str, what: Omission) -> None:
        self.omitted[what] += 1
        self._note(comment_id, what, "without")

    def lines(self, *, site_id: str, is_dry: bool) -> Iterator[str]:
        """The report in lines of plain English."""
        states = ", ".join(f"{count:,} {state}" for state, count in self.stored.most_common()) or "none"
        verb = "would be imported" if is_dry else "imported"
        yield f"{self.stored.total():,} comments {verb} into {site_id}: {states}; {self.decided:,} with a person's decision"
        if self.present:
            yield f"{self.present:,} were here already, and stay as they are"
        yield from self._losses("left out:", self.left_out)
        yield from self._losses("stored without what could not be used:", self.omitted)

    def _losses(self, title: str, losses: Counter[LeftOut] | Counter[Omission]) -> Iterator[str]:
        if losses:
            yield title
        for kind, count in losses.most_common():
            examples = self._examples[kind]
            yield f"  {count:,}  {kind.value}: {', '.join(examples)}{', …' if count > len(examples) else ''}"

    def _note(self, comment_id: str, kind: LeftOut | Omission, how: str) -> None:
        examples = self._examples.setdefault(kind, [])
        if len(examples) < _EXAMPLES:
            examples.append(comment_id or "(no id)")
        if self.details:
            self.details.write(json.dumps({"id": comment_id, how: kind.value}, ensure_ascii=False) + "\n")
