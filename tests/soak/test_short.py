"""The short form of `make soak`: three days of a small site, and every promise is kept."""

from dataclasses import replace
from pathlib import Path

import pytest

from service.domain.reported.kinds import COMPLAINT_TIME
from tests.soak.audit import audit
from tests.soak.plan import SMALL
from tests.soak.run import live, running


@pytest.mark.timeout(600)
def test_days_pass_and_every_promise_is_kept(tmp_path: Path) -> None:
    # The quiet days are enough for every promise of retention: what moderators rejected is kept while its author may complain.
    plan = replace(
        SMALL.shorter(3), comments_a_day=16, upgrade_on=1, restart_every=9, backup_every=9, archive_every=9, archive_older_than=31,
        outage_every=5, quiet=COMPLAINT_TIME.days + 10, retention=(1, 2),
    )  # fmt: skip
    with running(plan, tmp_path, seed=7) as soak:
        live(soak, print)
        found = audit(soak)
    assert found.wrong == []
    assert soak.host.counts["posted"] > 20
    assert soak.host.counts["reject"] > 0
    assert len(soak.samples) == 3
    assert any("1 files" in line for line in found.lines)
