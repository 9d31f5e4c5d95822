"""The two extra processes of `greenroom up --demo`: one posts sample comments like a host, one receives the webhooks."""

import os
from pathlib import Path

COMMENTS = Path(__file__).with_name("demo_comments.jsonl")
#: The languages of most sample comments, besides English. A few comments are in other languages, to show that comments in
#: uncovered languages are held.
LANGUAGES = "de es fr"


def post(site: str) -> None:
    """Post the sample comments through the host API, with a progress bar, and count the verdicts."""
    from service.commands.post import post as command

    _take_languages(site)
    command.main([str(COMMENTS), "--site", site, "--wait"], standalone_mode=False)


def listen(site: str) -> None:
    """Receive and verify the webhooks. Prints nothing: the deliveries are shown on the pages."""
    from service.commands.webhook import listen as command

    quiet = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(quiet, stream)
    command.main(["--register", site, "--port", "0"], standalone_mode=False)


def _take_languages(site_id: str) -> None:
    """Let the demo site accept the samples' languages, unless a person has set its languages. Other sites are not changed."""
    from service.actions.sites.site_settings import set_languages
    from service.commands.support.context import database
    from service.commands.support.first_run import DEMO
    from service.domain.policy.site_policy import SitePolicy
    from service.store.sites.sites import site

    with database().writing() as session:
        here = site(session, site_id)
        if here is not None and here.id == DEMO and "languages" not in SitePolicy(here.policy).stored:
            set_languages(session, site_id, LANGUAGES)
