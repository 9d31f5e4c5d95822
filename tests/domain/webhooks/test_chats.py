"""Messages to chats: the form that each takes, templates, and text of strangers made harmless."""

import json

import pytest

from service.domain.errors import Invalid
from service.domain.webhooks.chat_body import DEFAULT_TEMPLATE, chat_body, check_template, telegram_parts
from service.domain.webhooks.chat_text import MOST_TEXT, harmless, message_text, sentences
from service.domain.webhooks.endpoint_kinds import EndpointKind

VALUES = {
    "text": 'News: “a" \\ \n{site}”', "site": "News", "event": "held", "count": "1", "thread": 'A "page"', "author": "Ada",
    "words": 'w"},{"x":"y', "link": "https://greenroom.example/queue?site=news",
}  # fmt: skip


def sent(kind: EndpointKind, template: str = "", **more: str) -> dict:
    return json.loads(chat_body(kind, VALUES, template=template, **more))


def test_each_chat_gets_its_own_form() -> None:
    text = VALUES["text"]
    for kind in (EndpointKind.GOOGLE_CHAT, EndpointKind.MATTERMOST, EndpointKind.TEMPLATE):
        assert sent(kind) == {"text": text}
    assert sent(EndpointKind.SLACK) == {"text": text, "unfurl_links": False, "unfurl_media": False}
    assert sent(EndpointKind.DISCORD) == {"content": text, "allowed_mentions": {"parse": []}, "flags": 4}
    assert sent(EndpointKind.TELEGRAM, chat_id="-100")["chat_id"] == "-100"
    (attachment,) = sent(EndpointKind.TEAMS)["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    assert attachment["content"]["body"] == [{"type": "TextBlock", "text": text, "wrap": True}]
    assert attachment["content"]["actions"] == [{"type": "Action.OpenUrl", "title": "Greenroom", "url": VALUES["link"]}]


def test_a_value_cannot_leave_its_place_in_a_template() -> None:
    template = '{"msg": {"t": "{thread}: {words}"}, "n": 3, "tags": ["{site}", true, null]}'
    check_template(template)
    assert sent(EndpointKind.TEMPLATE, template) == {
        "msg": {"t": 'A "page": w"},{"x":"y'}, "n": 3, "tags": ["News", True, None],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("template", "why"),
    [
        ("{text}", "expected a JSON object"),
        ('["{text}"]', "expected a JSON object"),
        ('{"text": "{email}"}', "there is no {email}"),
        ("[" * 3000, "expected a JSON object"),
        ('{"a": "' + "x" * 4000 + '"}', "at most 4000"),
    ],
)
def test_a_template_that_cannot_work_is_refused(template: str, why: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_template(template)
    assert why in refused.value.faults[0].detail
    check_template(DEFAULT_TEMPLATE)


@pytest.mark.parametrize(
    ("text", "forbidden"),
    [
        ("@everyone look", "@"),
        ("<!channel> <@U1> <https://evil.example|news>", "<"),
        ("[news](https://evil.example)", "["),
        ("*bold* _it_ ~x~ `c` ||s|| # h", "*"),
        ("https://evil.example", "://"),
        ("evil.example", "evil.example"),
        ("a@evil.example", "a@"),
        (":tada:", ":tada:"),
        ("one\ntwo\r\n> quote", "\n"),
        ("abc\u202etxt.exe\u200b\x07", "\u202e"),
    ],
)
def test_text_of_strangers_is_harmless(text: str, forbidden: str) -> None:
    shown = harmless(text, 200)
    assert forbidden not in shown
    assert shown


def test_text_of_strangers_can_still_be_read() -> None:
    assert harmless("Grüße,  मुझे  一个 👩‍🚀 3.5", 200) == "Grüße, मुझे 一个 👩‍🚀 3.\u20605"
    assert harmless("x" * 500, 100) == "x" * 99 + "…"


def test_a_message_always_ends_with_its_link() -> None:
    assert sentences({"comment.held": 12, "report.received": 1}) == (
        "12 comments were held for a moderator. A reader reported a comment"
    )
    longest = message_text(
        site="s" * 100, event=sentences({"queue.old": 1}, minutes=60), thread="t" * 100, author="a" * 100, words="w" * 300,
        link="https://greenroom.example/" + "l" * 300,
    )  # fmt: skip
    assert longest.endswith("l" * 300)
    assert len(longest) < MOST_TEXT


def test_the_address_of_a_telegram_chat_names_the_chat() -> None:
    address = "https://api.telegram.org/bot1:x/sendMessage"
    assert telegram_parts(f"{address}?chat_id=-100") == (address, "-100")
    for wrong in (address, "https://api.telegram.org/bot1:x/getMe?chat_id=1"):
        with pytest.raises(Invalid):
            telegram_parts(wrong)
