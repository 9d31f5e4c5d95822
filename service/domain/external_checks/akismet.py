"""Akismet: check a comment for spam, and send feedback once a moderator has decided."""

from urllib.parse import urlencode

from service.domain.external_checks.contract import ExternalCheck, ExternalCheckInput, Needs, Request, Setup, Unreadable
from service.domain.policy.signals import Kind, Signal

NAME = "akismet"
SCORE = 0.9


def build_request(question: ExternalCheckInput, setup: Setup) -> Request:
    """`comment-check` of Akismet's API 1.1."""
    return _request("comment-check", question, setup)


def parse_response(answer: str) -> tuple[Signal, ...]:
    """`true` is spam, `false` is not. Akismet sends `invalid` for a wrong key: that and anything else raises Unreadable."""
    result = answer.strip()
    if result == "true":
        return (Signal(Kind.SPAM_EXTERNAL, SCORE, "Akismet says spam", strong=True),)
    if result != "false":
        raise Unreadable(f"expected true or false, got {result[:40]!r}")
    return ()


def build_feedback(question: ExternalCheckInput, setup: Setup, spam: bool) -> Request:
    """`submit-spam` or `submit-ham`."""
    return _request("submit-spam" if spam else "submit-ham", question, setup)


def _request(act: str, question: ExternalCheckInput, setup: Setup) -> Request:
    reading = question.reading
    fields = {
        "api_key": setup.secret,
        "blog": setup.blog,
        # Akismet requires an IP address. Greenroom stores only keyed hashes of them, so it sends a placeholder.
        "user_ip": "127.0.0.1",
        "user_agent": reading.circumstances.user_agent,
        "referrer": reading.circumstances.referrer,
        "permalink": reading.page.url,
        "comment_type": "comment",
        "comment_author": reading.author.name,
        "comment_author_url": reading.author.url,
        "comment_content": reading.text,
        "blog_lang": reading.circumstances.language,
        "blog_charset": "UTF-8",
    }
    body = urlencode({name: value for name, value in fields.items() if value}, errors="replace").encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded", "User-Agent": "Greenroom/1 | Greenroom/1"}
    return Request(f"{setup.address.rstrip('/')}/{act}", body, headers)


CHECK = ExternalCheck(
    title="Akismet",
    sends="the text, its language, the author's name and website, the page's address, the page that led there, the browser's name; "
    "no network or mail address",
    needs=(Needs.KEY,),
    build_request=build_request,
    parse_response=parse_response,
    build_feedback=build_feedback,
    address="https://rest.akismet.com/1.1",
)
