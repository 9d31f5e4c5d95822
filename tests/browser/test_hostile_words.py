"""XSS payloads in every field that a stranger can fill, on every page that shows it."""

from collections.abc import Callable

from playwright.sync_api import Page

from service.domain.policy.signals import Kind, Signal, Span
from service.web.pages.queue.page import CARDS
from tests.support.desk import Desk
from tests.support.seeding import Seed, sow

PAYLOADS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' onmouseover='alert(1)' autofocus onfocus='alert(1)",
    "</title></textarea></script><script>alert(1)</script>",
    "<iframe srcdoc='<script>parent.alert(1)</script>'>",
    "{{ ''.__class__ }}{% raw %}${alert(1)}",
    "javascript:alert(1)//",
    "<a href=javascript:alert(1)>click</a>",
    "<style>*{background:url(//evil.example)}</style>",
    "<base href=//evil.example><form action=//evil.example>",
    "--><!--<img src=1 onerror=alert(1)>",
    "</mark><mark onclick=alert(1)>",
    "<math><mi//xlink:href='data:x,<script>alert(1)</script>'>",
    "\u202e<script>\u202calert(16)</script>",
    "]]>\"'`<details open ontoggle=alert(1)>",
)


def test_no_payload_runs_anywhere(desk: Desk, calm: Callable[[Page], None]) -> None:
    seeds = [
        Seed(
            payload, payload[:200], payload, title=payload, kind=Kind.SPAM_PHRASES, rule=payload, score=0.9, url="https://x.example/" + payload,
            language=payload[:35], found={payload: payload}, minutes=20 - n / 10,
            also=(Signal(Kind.SITE_RULE, 0.6, payload, (Span(1, 3, payload, payload),), check=payload),),
        )
        for n, payload in enumerate(PAYLOADS)
    ]  # fmt: skip
    ids = sow(desk.database, "news", seeds)
    page = desk.open(desk.sit_down())
    assert page.locator(".card").count() == CARDS
    calm(page)
    for _ in PAYLOADS:
        page.keyboard.press("j")
        page.wait_for_timeout(120)
    page.mouse.click(300, 300)
    calm(page)
    page.keyboard.press("r")
    page.locator(".card.current input[name=note]").evaluate("(box) => { box.value = '<script>alert(1)</script>'; }")
    page.keyboard.press("1")
    for path in (
        f"/queue/comments/{ids[0]}",
        "/threads",
        "/decisions",
        "/queue?tab=rejected",
        "/queue?words=<script>alert(1)</script>",
        "/queue?language=<img src=x>",
    ):
        desk.open(page, path)
        calm(page)
