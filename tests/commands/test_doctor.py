"""`greenroom doctor`, on healthy and on broken installations."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import quote

from service.jobs.redis_client import redis_client
from tests.support.process_tree import GREENROOM, Up
from tests.support.servers import Postgres, Redis, free_port
from tests.support.smtp_server import PASSWORD, USER, certificate, serving_smtp


def test_a_well_installation_needs_nothing(tmp_path: Path) -> None:
    with Up(tmp_path / "home") as up:
        code, found = diagnosis(GREENROOM_HOME=str(up.home), PORT=str(up.port))
    assert code == 0, found
    assert found["web"]["says"].endswith(": ok")
    assert found["broker"]["says"].startswith("none: the sweep checks comments")
    assert found["schema"]["says"].startswith("current")


def test_each_illness_is_named_with_its_remedy(tmp_path: Path, postgres: Postgres) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "secret.key").write_text("x" * 64)
    code, found = diagnosis(
        GREENROOM_HOME=str(home), DATABASE_URL=postgres.empty_database(), REDIS_URL=f"redis://127.0.0.1:{free_port()}", PORT="1"
    )
    assert code == 1
    assert "chmod 600" in found["folder"]["do"]
    assert found["schema"]["do"].startswith("`greenroom db upgrade`")
    assert found["broker"]["ok"] is False
    assert found["web"]["ok"] is None


def test_a_redis_that_is_not_used_is_not_examined(tmp_path: Path) -> None:
    _, found = diagnosis(GREENROOM_HOME=str(tmp_path), REDIS_URL=f"redis://127.0.0.1:{free_port()}", GREENROOM_BROKER="none")
    assert found["broker"]["says"].startswith("none: the sweep checks comments")


def test_a_database_that_is_away_is_named_and_its_password_is_not(tmp_path: Path, redis_server: Redis) -> None:
    address = f"postgresql://greenroom:hunter2@127.0.0.1:{free_port()}/greenroom"
    code, found = diagnosis(GREENROOM_HOME=str(tmp_path), DATABASE_URL=address, REDIS_URL=redis_server.url)
    assert code == 1
    assert "cannot be reached" in found["database"]["says"]
    assert "hunter2" not in str(found)
    assert found["broker"]["ok"] is True


def test_a_user_of_redis_who_may_not_ask_about_it_can_use_it(tmp_path: Path, redis_server: Redis) -> None:
    with redis_client(redis_server.url, patience=5) as client:
        client.acl_setuser("plain", enabled=True, nopass=True, keys=["greenroom:*"], commands=["+@all", "-@dangerous"])
        _, found = diagnosis(GREENROOM_HOME=str(tmp_path), REDIS_URL=redis_server.url.replace("://", "://plain:any@"))
        client.acl_deluser("plain")
    assert found["broker"]["ok"] is None
    assert found["broker"]["says"] == "Redis can be used, but its user may not ask about it (INFO); 0 checks, 0 deliveries"
    assert "+info" in found["broker"]["do"]


def test_a_mail_server_is_tried_and_its_password_is_not_shown(tmp_path: Path) -> None:
    with serving_smtp("127.0.0.1", certificate=certificate(tmp_path), auth=True) as server:
        given = {"GREENROOM_HOME": str(tmp_path), "GREENROOM_MAIL_FROM": "greenroom@news.example"}
        _, found = diagnosis(**given, GREENROOM_MAIL_URL=server.url(login="greenroom:hunter2@"))
        assert found["mail"]["ok"] is False
        assert "SSLCertVerificationError" in found["mail"]["says"]
        trusted = {**given, "SSL_CERT_FILE": str(tmp_path / "mail.pem")}
        _, found = diagnosis(**trusted, GREENROOM_MAIL_URL=server.url(login="greenroom:hunter2@"))
        assert "SMTPAuthenticationError 535" in found["mail"]["says"]
        assert "hunter2" not in str(found)
        _, found = diagnosis(**trusted, GREENROOM_MAIL_URL=server.url(login=f"{USER}:{quote(PASSWORD)}@"))
        assert found["mail"]["ok"] is True
    assert server.mails == []


def diagnosis(**environ: str) -> tuple[int, dict[str, Any]]:
    """Exit code and findings of `greenroom doctor` with these settings."""
    environ = {"PATH": os.environ["PATH"], "HOME": environ["GREENROOM_HOME"], **environ}
    answer = subprocess.run(
        [GREENROOM, "doctor", "--json"], env=environ, capture_output=True, text=True, timeout=120, check=False
    )
    assert answer.stdout, answer.stderr
    return answer.returncode, {finding["about"]: finding for finding in json.loads(answer.stdout)["findings"]}
