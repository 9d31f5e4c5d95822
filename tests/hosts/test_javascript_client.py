"""The JavaScript client in Node against a running Greenroom, and against one whose answers are lost."""

import json
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from service.domain.states import State
from service.store.db.engine import Database
from tests.hosts.conftest import ROOT, NewSite
from tests.hosts.test_python_client import BODY, OTHER, SECRET, signed
from tests.support.faulty_proxy import Failure, FaultyProxy
from tests.support.seeding import Seed, sow

MODULE = ROOT / "clients" / "javascript" / "greenroom.js"
DRAFT = {"thread": {"id": "/a"}, "author": {"name": "Ada"}, "text": "We walked across the bridge."}

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="this machine has no Node")


def node(folder: Path, script: str, **values: object) -> Any:
    """The value that the script returns, with these values as its constants. An error that it throws is its name and message."""
    file = folder / "script.mjs"
    constants = "".join(f"const {name} = {json.dumps(value)};\n" for name, value in values.items())
    file.write_text(f"""
        import {{ Client, verifyWebhook }} from {json.dumps(MODULE.as_uri())};
        {constants}
        const caught = (error) => ({{...error, message: error.message}});
        console.log(JSON.stringify(await (async () => {{ {script} }})().catch(caught)) ?? "null");
    """)
    done = subprocess.run(["node", file], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_comment_is_sent_judged_decided_edited_and_erased(site: NewSite, tmp_path: Path) -> None:
    script = """
        const client = new Client(url, key);
        const { id } = await client.submit(draft, { wait: 1 });
        const judged = await client.waitForVerdict(id);
        const decided = await client.decide(id, "reject", { reason: "off_topic", version: judged.version });
        const edited = await client.edit(id, "We walked across the old bridge.");
        await client.erase(id);
        await client.erase(id);
        const gone = await client.get(id).catch((error) => [error.name, error.status, error.code]);
        return [judged.state, judged.author.name, decided.state, edited.state, edited.revision, gone];
    """
    said = node(tmp_path, script, url=site.url, key=site.key, draft=DRAFT)
    assert said == ["approved", "Ada", "rejected", "pending", 2, ["Refused", 404, "gone"]]


def test_the_list_has_every_comment_of_all_pages(site: NewSite, running: Database, tmp_path: Path) -> None:
    seeds = [Seed(f"Good morning, number {n}.", thread="a", state=State.APPROVED) for n in range(201)]
    stored = [str(comment) for comment in sow(running, site.id, seeds)]
    script = """
        const found = [];
        for await (const comment of new Client(url, key).list({ thread: "a" })) found.push(comment.id);
        return found;
    """
    assert node(tmp_path, script, url=site.url, key=site.key) == stored


def test_a_comment_is_stored_once_when_requests_or_answers_are_lost(site: NewSite, proxy: FaultyProxy, tmp_path: Path) -> None:
    proxy.will(Failure.UNHEARD, Failure.LOST, Failure.CUT, Failure.BROKEN)
    script = """
        const client = new Client(url, key);
        const { id } = await client.submit(draft);
        const found = [];
        for await (const comment of client.list()) found.push(comment.id);
        return [id, found];
    """
    sent, found = node(tmp_path, script, url=proxy.url, key=site.key, draft=DRAFT)
    assert found == [sent]
    assert len(proxy.arrivals) == 6
    assert len({arrival.headers["Idempotency-Key"] for arrival in proxy.arrivals[:5]}) == 1


def test_it_waits_as_long_as_the_answer_asks_for_or_gives_up(site: NewSite, proxy: FaultyProxy, tmp_path: Path) -> None:
    proxy.will(Failure.BUSY)
    script = "return (await new Client(url, key, { patience }).submit(draft)).id"
    node(tmp_path, script, url=proxy.url, key=site.key, draft=DRAFT, patience=30_000)
    first, second = proxy.arrivals
    assert second.at - first.at >= 0.99
    proxy.will(Failure.BUSY)
    refused = node(tmp_path, script, url=proxy.url, key=site.key, draft=DRAFT, patience=500)
    assert (refused["name"], refused["status"], refused["retryAfter"], len(proxy.arrivals)) == ("Refused", 503, 1, 1)


def test_a_decision_or_an_edit_whose_answer_is_lost_is_not_sent_again(
    site: NewSite, proxy: FaultyProxy, running: Database, tmp_path: Path
) -> None:
    [comment] = sow(running, site.id, [Seed("Good morning.", state=State.APPROVED)])
    proxy.will(Failure.LOST, Failure.LOST)
    script = """
        const client = new Client(url, key);
        const names = [client.decide(id, "reject"), client.edit(id, "Good evening.")].map((told) => told.catch((error) => error.name));
        return [...await Promise.all(names), (await client.get(id)).text];
    """
    said = node(tmp_path, script, url=proxy.url, key=site.key, id=str(comment))
    assert said == ["NoAnswer", "NoAnswer", "Good evening."]
    assert len(proxy.arrivals) == 3


def test_an_error_names_the_fields_and_a_redirect_takes_no_key_along(site: NewSite, proxy: FaultyProxy, tmp_path: Path) -> None:
    script = "return await new Client(url, key).submit(draft)"
    wrong = {**DRAFT, "author": {"email": "nobody"}}
    refused = node(tmp_path, script, url=site.url, key=site.key, draft=wrong)
    assert (refused["status"], refused["code"], refused["faults"][0]["pointer"]) == (422, "invalid", "/author/email")
    assert "/author/email: " in refused["message"]
    proxy.will(Failure.MOVED)
    assert node(tmp_path, script, url=proxy.url, key=site.key, draft=DRAFT)["status"] == 307
    assert "expected the address" in node(tmp_path, "return new Client('file:///etc', 'key')")["message"]


def test_true_webhooks_are_verified_and_all_others_refused(tmp_path: Path) -> None:
    now = time.time()
    true = [(SECRET, signed(now, SECRET)), (SECRET, signed(now, OTHER, SECRET)), ([OTHER, SECRET], signed(now - 299, SECRET))]
    changed = [
        {"Webhook-Id": "msg-2"}, {"Webhook-Signature": "v1,b3RoZXI="}, {"Webhook-Signature": "v1,ü"}, {"Webhook-Signature": "v1a,x"},
        {"Webhook-Timestamp": "soon"}, {"Webhook-Timestamp": "9" * 400}, {"Webhook-Id": None}, signed(now - 302, SECRET), signed(now + 302, SECRET),
    ]  # fmt: skip
    calls = [*true, *((SECRET, signed(now, SECRET) | change) for change in changed), ([], signed(now, SECRET))]
    script = """
        const said = [];
        for (const [secret, headers] of calls)
            said.push(await verifyWebhook(body, headers, secret, { now }).then((told) => told.data.text, (error) => error.name));
        const headers = new Headers(calls[0][1]);
        said.push((await verifyWebhook(new TextEncoder().encode(body), headers, calls[0][0], { now })).data.text);
        said.push(await verifyWebhook(body + " ", headers, calls[0][0], { now }).catch((error) => error.name));
        said.push(await verifyWebhook(body, headers, "", { now }).catch((error) => error.message));
        return said;
    """
    said = node(tmp_path, script, calls=calls, body=BODY.decode(), now=now)
    assert said[: len(true)] == ["Grüße"] * 3
    assert said[len(true) : len(calls)] == ["InvalidWebhook"] * 10
    assert said[len(calls) : -1] == ["Grüße", "InvalidWebhook"]
    assert "whsec_" in said[-1]


def test_the_types_name_what_the_module_has() -> None:
    types = MODULE.with_suffix(".d.ts").read_text()
    for name in ("Client", "Refused", "NoAnswer", "StillPending", "InvalidWebhook", "verifyWebhook"):
        assert f"export class {name}" in types or f"export function {name}" in types, "make clients writes the types again"
