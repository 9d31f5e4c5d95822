"""The guests of `greenroom up --demo`: one posts comments of our own writing as a host would, one receives the webhooks."""

import os
from pathlib import Path

COMMENTS = Path(__file__).with_name("demo_comments.jsonl")
#: What most comments are written in beside English. The rest shows what becomes of a language that no check covers.
LANGUAGES = "de es fr"


def post(site: str) -> None:
    """Post them through the front door, with a progress bar, and count the verdicts."""
    from service.commands.post import post as command

    _take_languages(site)
    command.main([str(COMMENTS), "--site", site, "--wait"], standalone_mode=False)


def listen(site: str) -> None:
    """Receive and verify what the host would be told. It is shown on the pages, not here."""
    from service.commands.webhook import listen as command

    quiet = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(quiet, stream)
    command.main(["--register", site, "--port", "0"], standalone_mode=False)


def _take_languages(site_id: str) -> None:
    """Have the demo site publish most of its comments, unless a person has set its languages. Another site stays as it is."""
    from service.actions.sites.site_settings import set_languages
    from service.commands.support.context import database
    from service.commands.support.first_run import DEMO
    from service.domain.policy.language_coverage import KEY
    from service.store.sites.sites import site

    with database().writing() as session:
        here = site(session, site_id)
        if here is not None and here.id == DEMO and KEY not in here.policy:
            set_languages(session, site_id, LANGUAGES)
