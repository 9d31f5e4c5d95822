"""The body of a submission: its shape, and its way into a Draft or a refusal that names each field."""

import ipaddress
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from service.domain.draft import Draft, DraftAuthor, DraftContext, DraftThread
from service.domain.errors import Fault, Invalid

Model = TypeVar("Model", bound=BaseModel)

MAX_BODY = 64 * 1024
MAX_TEXT = 10_000


def _clean(value: str) -> str:
    if "\0" in value:
        raise ValueError("expected text without NUL characters")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        raise ValueError("expected text without lone surrogates") from None
    return value


def _not_blank(value: str) -> str:
    if not value.strip():
        raise ValueError("expected some words, not only white space")
    return value


def _web_address(value: str) -> str:
    if value and not value.lower().startswith(("http://", "https://")):
        raise ValueError("expected an address that starts with http:// or https://")
    return value


def _ip(value: str) -> str:
    if value:
        try:
            ipaddress.ip_address(value)
        except ValueError:
            raise ValueError("expected an IPv4 or IPv6 address") from None
    return value


def _email(value: str) -> str:
    local, at, domain = value.rpartition("@")
    if (value and not (at and local and domain)) or any(c.isspace() for c in value):
        raise ValueError("expected an e-mail address like name@example.org")
    return value


Clean = AfterValidator(_clean)
Short = Annotated[str, StringConstraints(max_length=200), Clean]
Name = Annotated[str, StringConstraints(max_length=512), Clean]
Required = Annotated[str, StringConstraints(min_length=1, max_length=512), Clean, AfterValidator(_not_blank)]
Address = Annotated[str, StringConstraints(max_length=2048), Clean, AfterValidator(_web_address)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=MAX_TEXT), Clean, AfterValidator(_not_blank)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class ThreadBody(_Strict):
    """The host's page. `id` is the host's own word for it."""

    id: Required
    url: Address = ""
    title: Annotated[str, StringConstraints(max_length=1000), Clean] = ""


class AuthorBody(_Strict):
    """Who wrote it. `id` and `verified` are the host's word for a signed-in reader."""

    name: Short = ""
    email: Annotated[str, StringConstraints(max_length=320), Clean, AfterValidator(_email)] = ""
    url: Address = ""
    id: Name = ""
    verified: bool = False


class ContextBody(_Strict):
    """How it reached the host. Everything here is optional and helps the spam checks."""

    ip: Annotated[str, StringConstraints(max_length=64), Clean, AfterValidator(_ip)] = ""
    user_agent: Annotated[str, StringConstraints(max_length=1000), Clean] = ""
    referrer: Annotated[str, StringConstraints(max_length=2048), Clean] = ""
    language: Annotated[str, StringConstraints(max_length=35), Clean] = ""
    posted_at: Annotated[AwareDatetime | None, Field(strict=False)] = None
    honeypot: Annotated[str, StringConstraints(max_length=1000), Clean] = ""
    seconds_to_submit: Annotated[float | None, Field(ge=0, le=10_000_000, allow_inf_nan=False)] = None


class CommentBody(_Strict):
    """A comment as a host posts it."""

    thread: ThreadBody
    text: Text
    author: AuthorBody = AuthorBody()
    parent: Name = ""
    external_id: Name = ""
    context: ContextBody = ContextBody()

    def draft(self) -> Draft:
        """The same, as the rest of Greenroom knows it."""
        return Draft(
            thread=DraftThread(self.thread.id, self.thread.url, self.thread.title),
            text=self.text,
            author=DraftAuthor(self.author.name, self.author.email, self.author.url, self.author.id, self.author.verified),
            parent=self.parent,
            external_id=self.external_id,
            context=DraftContext(**{name: getattr(self.context, name) for name in ContextBody.model_fields}),
        )


def parsed(model: type[Model], body: bytes) -> Model:
    """The body as this model. Raises Invalid with one fault a wrong field."""
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        raise _invalid(error) from None


def _invalid(error: ValidationError) -> Invalid:
    faults = tuple(_fault(dict(item)) for item in error.errors(include_url=False, include_context=True, include_input=False))
    detail = "; ".join(f"{fault.pointer or 'the body'}: {fault.detail}" for fault in faults[:3])
    return Invalid(detail, *faults)


def _fault(item: dict[str, Any]) -> Fault:
    pointer = "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in item["loc"])
    kind = str(item["type"])
    if kind == "extra_forbidden":
        return Fault(pointer, "unknown_field", "no such field; see /openapi.json for the ones there are")
    return Fault(pointer, kind, str(item["msg"]).removeprefix("Value error, "))
