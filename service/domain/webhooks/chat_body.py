"""The body that each kind of chat takes, and the templates of one's own."""

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit, urlunsplit

from service.domain.errors import Invalid
from service.domain.webhooks.endpoint_kinds import EndpointKind

#: The names that a template may hold, in braces: {text}.
PLACEHOLDERS = ("text", "site", "event", "count", "thread", "author", "words", "link")
DEFAULT_TEMPLATE = '{"text": "{text}"}'
LONGEST_TEMPLATE = 4000
_PLACEHOLDER = re.compile(r"\{([A-Za-z_]+)\}")
#: A flag of Discord: no previews of links.
_SUPPRESS_EMBEDS = 4


def chat_body(kind: EndpointKind, values: Mapping[str, str], *, template: str = "", chat_id: str = "") -> bytes:
    """The JSON of a message. `values` has every one of PLACEHOLDERS."""
    text = values["text"]
    match kind:
        case EndpointKind.DISCORD:
            body: Any = {"content": text, "allowed_mentions": {"parse": []}, "flags": _SUPPRESS_EMBEDS}
        case EndpointKind.TEAMS:
            body = _adaptive_card(text, values["link"])
        case EndpointKind.TELEGRAM:
            body = {"chat_id": chat_id, "text": text, "link_preview_options": {"is_disabled": True}}
        case EndpointKind.TEMPLATE:
            body = _filled(json.loads(template or DEFAULT_TEMPLATE), values)
        case EndpointKind.SLACK:
            body = {"text": text, "unfurl_links": False, "unfurl_media": False}
        case _:
            body = {"text": text}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def check_template(template: str) -> None:
    """Raise Invalid for a template that is no JSON, or names what there is not."""
    if len(template) > LONGEST_TEMPLATE:
        raise Invalid.field("/template", "too_long", f"expected at most {LONGEST_TEMPLATE} characters")
    try:
        shape = json.loads(template)
        unknown = sorted(set(_PLACEHOLDER.findall(json.dumps(shape))) - set(PLACEHOLDERS))
    except (ValueError, RecursionError):
        shape, unknown = None, []
    if not isinstance(shape, dict):
        raise Invalid.field("/template", "json", f"expected a JSON object like {DEFAULT_TEMPLATE}")
    if unknown:
        expected = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
        raise Invalid.field("/template", "placeholder", f"there is no {{{unknown[0]}}}; expected one of {expected}")


def telegram_parts(url: str) -> tuple[str, str]:
    """An address like https://api.telegram.org/bot<TOKEN>/sendMessage?chat_id=-100 as (address without query, chat id). Raises
    Invalid."""
    parts = urlsplit(url)
    chat_ids = parse_qs(parts.query).get("chat_id", [])
    if not parts.path.endswith("/sendMessage") or len(chat_ids) != 1:
        example = "https://api.telegram.org/bot<TOKEN>/sendMessage?chat_id=<CHAT>"
        raise Invalid.field("/url", "telegram", f"expected an address like {example}")
    return urlunsplit(parts._replace(query="")), chat_ids[0]


def _adaptive_card(text: str, link: str) -> dict[str, Any]:
    """The text, and the link as a button: a card makes no link of an address in a text."""
    card = {
        "type": "AdaptiveCard", "version": "1.4", "body": [{"type": "TextBlock", "text": text, "wrap": True}],
        "actions": [{"type": "Action.OpenUrl", "title": "Greenroom", "url": link}],
    }  # fmt: skip
    return {"type": "message", "attachments": [{"contentType": "application/vnd.microsoft.card.adaptive", "content": card}]}


def _filled(shape: Any, values: Mapping[str, str]) -> Any:
    """The template with its placeholders replaced. A value only ever becomes part of a string, so it cannot change the JSON."""
    if isinstance(shape, dict):
        return {name: _filled(part, values) for name, part in shape.items()}
    if isinstance(shape, list):
        return [_filled(part, values) for part in shape]
    return _PLACEHOLDER.sub(lambda match: values[match[1]], shape) if isinstance(shape, str) else shape
