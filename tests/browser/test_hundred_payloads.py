"""120 XSS payloads in every field at once, on the pages of moderators and readers that show them."""

from collections.abc import Callable
from itertools import product
from urllib.parse import quote

from playwright.sync_api import Page

from service.domain.policy.signals import Kind, Signal, Span
from service.domain.states import State
from tests.support.desk import Desk
from tests.support.seeding import Seed, sow

#: Code that runs, and contexts to break out of. All combinations are tried.
RUNS = (
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg onload=alert(1)>", "<svg><script>alert(1)</script></svg>",
    "<iframe srcdoc='<script>parent.alert(1)</script>'></iframe>", "<body onload=alert(1)>", "<details open ontoggle=alert(1)>",
    "<input autofocus onfocus=alert(1)>", "<video><source onerror=alert(1)></video>", "<a href=javascript:alert(1) autofocus onfocus=alert(1)>x</a>",
    "<math><mtext><style><img src=x onerror=alert(1)></style></mtext></math>", "<x onanimationstart=alert(1) style=animation:a>",
)  # fmt: skip
BREAKS_OUT = (
    "",
    '">',
    "'>",
    "</textarea>",
    "</title></script>",
    "-->",
    "]]>",
    "</mark></q>",
    '" onmouseover=alert(1) x="',
    "\u202e",
)
PAYLOADS = [out + runs for out, runs in product(BREAKS_OUT, RUNS)]


def apart(number: int) -> str:
    """A word that no other comment has, so that no two comments are grouped as having the same text."""
    return "".join(chr(ord("a") + int(digit)) * 3 for digit in str(number))


def seeds(state: State) -> list[Seed]:
    return [
        Seed(
            f"{payload} {apart(n)}", payload[:200], f"{payload} {state}", state, title=payload, kind=Kind.SPAM_PHRASES, rule=payload, score=0.9,
            url="https://x.example/" + quote(payload, safe="<>\"'="), language=payload[:35], found={payload: payload}, minutes=20 - n / 10,
            also=() if state is State.APPROVED else (Signal(Kind.SITE_RULE, 0.6, payload, (Span(1, 3, payload, payload),), check=payload),),
        )
        for n, payload in enumerate(PAYLOADS)
    ]  # fmt: skip


def test_none_of_them_runs_before_a_moderator(desk: Desk, calm: Callable[[Page], None]) -> None:
    assert len(PAYLOADS) == 120
    ids = sow(desk.database, "news", seeds(State.HELD))
    sow(desk.database, "news", seeds(State.REJECTED))
    page = desk.sit_down()
    shown = 0
    path = "/queue"
    while path:
        desk.open(page, path)
        calm(page)
        shown += page.locator(".card").count()
        # The script removes the link to the next page once it has loaded more.
        after = page.evaluate("document.body.dataset.after")
        path = f"/queue?after={after}" if after and shown < 120 else ""
    assert shown >= 100
    # The other pages are in `test_payloads_everywhere`.
    for path in (*(f"/queue/comments/{ids[n]}" for n in range(0, 120, 17)), "/queue?tab=rejected"):
        desk.open(page, path)
        calm(page)


def test_none_of_them_runs_before_a_reader(desk: Desk, calm: Callable[[Page], None]) -> None:
    """Each thread as an embedded fragment, opened alone, and in the form with its own text typed in."""
    sow(desk.database, "news", seeds(State.APPROVED))
    page = desk.sit_down()
    for payload in PAYLOADS[::3]:
        slug = f"{payload} {State.APPROVED}".lower().replace(" ", "-")[:60]
        desk.open(page, f"/v1/threads/{quote(slug, safe='')}/comments?site=news&format=html")
        assert page.locator("script, iframe, img, svg, video, [onload], [onerror]").count() == 0
        calm(page)
    for payload in PAYLOADS[::9]:
        desk.open(page, f"/f/news?thread={quote(payload)}&title={quote(payload)}&parent={quote(payload)}")
        page.locator("textarea").fill(payload)
        calm(page)
