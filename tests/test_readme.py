"""The examples in the README work when they are pasted."""

import json
import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook

from tests.support.process_tree import Up

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
SECRET = "whsec_" + "c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0IQ=="
BODY = json.dumps({"type": "comment.approved", "data": {"comment": {"text": "Grüße, 你好"}}}, ensure_ascii=False)


def test_every_curl_works_when_pasted(tmp_path: Path) -> None:
    with Up(tmp_path / ".greenroom") as up:
        commands = [snippet for snippet in _snippets("sh") if snippet.startswith("curl")]
        answers = [_pasted(command, up, tmp_path) for command in commands]
        assert answers[0]["thread"]["id"] == "hello"
        up.wait_for(answers[0]["id"], "approved")
        assert answers[1]["secret"].startswith("whsec_")
        (script,) = re.findall(r'<script type="module" src="http://localhost:8000(.+?)">', README)
        (feed,) = re.findall(r"`http://localhost:8000(/v1/threads/.+?)`", README)
        (form,) = re.findall(r"`http://localhost:8000(/f/.+?)`", README)
        assert "greenroom-comments" in _fetched(up, script)
        assert "I walked across the old bridge" in _fetched(up, feed)
        assert "<form" in _fetched(up, form)
        assert "swagger" in _fetched(up, "/docs").lower() or "openapi" in _fetched(up, "/docs").lower()


def test_the_python_verifies_what_is_true_and_nothing_else() -> None:
    room: dict[str, Any] = {}
    exec(_snippets("python")[0], room)
    assert room["verified"](BODY.encode(), _headers(), SECRET) == json.loads(BODY)
    for headers in _wrong_headers():
        with pytest.raises(ValueError, match="not from Greenroom"):
            room["verified"](BODY.encode(), headers, SECRET)


def test_the_javascript_verifies_what_is_true_and_nothing_else(tmp_path: Path) -> None:
    calls = [_headers(), *_wrong_headers()]
    script = f"""{_snippets("js")[0]}
    const said = [];
    for (const headers of {json.dumps(calls)})
      said.push(await verified({json.dumps(BODY)}, headers, {json.dumps(SECRET)}).then((told) => told.type, (error) => error.message));
    """
    refused = "not from Greenroom, or too old"
    assert _javascript(script, tmp_path) == ["comment.approved", *[refused] * (len(calls) - 1)]


@pytest.mark.skipif(shutil.which("php") is None, reason="this machine has no PHP")
def test_the_php_verifies_what_is_true_and_nothing_else() -> None:
    calls = [_headers(), *_wrong_headers()]
    script = f"""{_snippets("php")[0]}
    foreach (json_decode(<<<'CALLS'
    {json.dumps(calls)}
    CALLS, true) as $headers)
        try {{ echo verified(<<<'BODY'
    {BODY}
    BODY, $headers, '{SECRET}')['type'], "\n"; }} catch (Exception $e) {{ echo $e->getMessage(), "\n"; }}
    """
    said = subprocess.run(
        ["php", "-d", "error_reporting=-1", "-r", script], capture_output=True, text=True, check=True, timeout=60
    )
    assert said.stdout.splitlines() == ["comment.approved", *["not from Greenroom, or too old"] * (len(calls) - 1)], said.stderr


PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "CHANGELOG.md",
    *sorted((ROOT / "docs").rglob("*.md")),
    *(ROOT / "examples").rglob("*.md"),
    *(ROOT / "clients").rglob("*.md"),
]


def test_every_link_leads_somewhere() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text()):
            assert target.startswith("https://") or (page.parent / target).exists(), f"{page.name}: {target}"


def test_every_make_target_and_command_exists() -> None:
    from service.cli import COMMANDS

    makefile = (ROOT / "Makefile").read_text()
    for page in PAGES:
        text = page.read_text()
        for target in re.findall(r"^make ([\w-]+)|`make ([\w-]+)`", text, re.MULTILINE):
            assert f"\n{target[0] or target[1]}:" in makefile, target
        for command in re.findall(r"`greenroom ([a-z][\w-]*)", text):
            assert command in COMMANDS, f"{page.name}: greenroom {command}"


def _snippets(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def _pasted(command: str, up: Up, home: Path) -> Any:
    """Run the README's command in a shell, with this test's port and home."""
    command = command.replace("localhost:8000", f"localhost:{up.port}")
    environ = {"HOME": str(home), "PATH": "/usr/bin:/bin"}
    return json.loads(subprocess.run(command, shell=True, env=environ, capture_output=True, check=True).stdout)


def _fetched(up: Up, path: str) -> str:
    return subprocess.run(["curl", "-sfL", up.url + path], capture_output=True, text=True, check=True).stdout


def _headers(**changed: str) -> dict[str, str]:
    now = datetime.now(UTC)
    signature = Webhook(SECRET).sign("msg-1", now, BODY)
    headers = {
        "webhook-id": "msg-1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": f"v1,b3RoZXI= {signature}",
    }
    return headers | {name.replace("_", "-"): value for name, value in changed.items()}


def _wrong_headers() -> list[dict[str, str]]:
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    old = {
        "webhook_timestamp": str(int(long_ago.timestamp())),
        "webhook_signature": Webhook(SECRET).sign("msg-1", long_ago, BODY),
    }
    return [_headers(webhook_id="msg-2"), _headers(webhook_signature="v1,b3RoZXI="), _headers(**old)]


def _javascript(script: str, folder: Path) -> list[str]:
    """The value of `said` at the end of the script, run by Node if installed, else in the browser."""
    if node := shutil.which("node"):
        file = folder / "readme.mjs"
        file.write_text(f"{script}\nconsole.log(JSON.stringify(said));")
        return json.loads(subprocess.run([node, file], capture_output=True, text=True, check=True).stdout)
    browser = shutil.which("chromium")
    if browser is None:
        pytest.skip("there is neither Node nor Chromium")
    file = folder / "readme.html"
    file.write_text(f"<meta charset=utf-8><script type=module>{script}\ndocument.title = JSON.stringify(said);</script>")
    flags = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder / 'profile'}", "--virtual-time-budget=4000"]
    shown = subprocess.run([browser, *flags, "--dump-dom", file.as_uri()], capture_output=True, text=True, check=True).stdout
    return json.loads(re.findall(r"<title>(.*?)</title>", shown)[0])
