"""In a tree of real processes, a worker sends the mails that the web process queues."""

import subprocess
from pathlib import Path

import pytest
import requests

from tests.support.process_tree import GREENROOM, Up
from tests.support.servers import wait_until
from tests.support.smtp_server import serving_smtp


@pytest.mark.parametrize("broker", ["auto", "none"])
def test_a_link_arrives_by_mail_with_and_without_a_broker(broker: str, tmp_path: Path) -> None:
    home = tmp_path / "home"
    with serving_smtp("127.0.0.1") as server:
        given = {"GREENROOM_MAIL_URL": server.url(), "GREENROOM_MAIL_FROM": "greenroom@news.example", "GREENROOM_BROKER": broker}
        with Up(home, **given) as up:
            added = [GREENROOM, "user", "add", "dana@news.example"]
            environ = {"GREENROOM_HOME": str(home), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
            subprocess.run(added, env=environ, check=True, capture_output=True, timeout=120)
            form = {"email": "dana@news.example", "next": "/queue"}
            answer = requests.post(f"{up.url}/sign-in/link/send", data=form, headers={"Origin": up.url}, timeout=60)
            assert answer.ok, answer.text
            wait_until(lambda: bool(server.mails), what="the mail")
    assert f"{up.url}/sign-in/" in server.mails[0].get_content()
    assert "dana@news.example" not in (home / "greenroom.log").read_text()
