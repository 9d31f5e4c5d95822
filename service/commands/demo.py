"""The guests of `greenroom up --demo`: one posts comments of our own writing as a host would, one receives the webhooks."""

import os
from pathlib import Path

COMMENTS = Path(__file__).with_name("demo_comments.jsonl")


def post(site: str) -> None:
    """Post them through the front door, with a progress bar, and count the verdicts."""
    from service.commands.post import post as command

    command.main([str(COMMENTS), "--site", site, "--wait"], standalone_mode=False)


def listen(site: str) -> None:
    """Receive and verify what the host would be told. It is shown on the pages, not here."""
    from service.commands.webhook import listen as command

    quiet = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(quiet, stream)
    command.main(["--register", site, "--port", "0"], standalone_mode=False)
