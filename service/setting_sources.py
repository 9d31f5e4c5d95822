"""Where settings come from: `GREENROOM_*` variables, the variables of other tools, and a TOML file. Bad values raise BadSetting."""

import difflib
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from service.config import BadSetting, Settings, names

PREFIX = "GREENROOM_"
#: Common variable names of other tools, and the setting that each one sets.
CUSTOMARY = {"DATABASE_URL": "database_url", "REDIS_URL": "redis_url", "PORT": "port"}
#: Variables that start with the prefix and are not settings of ours.
NOT_SETTINGS = frozenset({"GREENROOM_CONFIG", "GREENROOM_CRASH_AT"})


@dataclass(frozen=True, slots=True)
class RawSetting:
    """The given text of a setting, and its source: an environment variable (also for a flag) or a line of the TOML file."""

    text: str
    source: str


def load(environ: Mapping[str, str]) -> Settings:
    """Read the settings from the TOML file (`GREENROOM_CONFIG`) and from the environment, which wins. Flags were stored as
    environment variables before.

    Raises `BadSetting`, which names the setting and, for an unknown name, the most similar one.
    """
    settings = Settings(**{name: _parsed(name, given) for name, given in raw_settings(environ).items()})
    if settings.mail_url and not settings.mail_from:
        raise BadSetting("mail_from: expected an address like greenroom@news.example, because mail_url is set; got nothing")
    if settings.socket and not settings.public_url:
        raise BadSetting("public_url: expected the address of the proxy in front, because socket is set; got nothing")
    return settings


def raw_settings(environ: Mapping[str, str]) -> dict[str, RawSetting]:
    """The given texts by setting name. An empty variable counts as not set."""
    found: dict[str, RawSetting] = {}
    if path := environ.get("GREENROOM_CONFIG"):
        found |= _from_toml(Path(path))
    found |= {setting: RawSetting(environ[name], name) for name, setting in CUSTOMARY.items() if environ.get(name)}
    found |= _from_variables(environ)
    return found


def _from_variables(environ: Mapping[str, str]) -> dict[str, RawSetting]:
    found: dict[str, RawSetting] = {}
    for variable, text in environ.items():
        if not variable.startswith(PREFIX) or variable in NOT_SETTINGS:
            continue
        name, given = _variable(variable, text)
        if not given.text:
            continue
        if name in found:
            raise BadSetting(f"{name}: expected one of {found[name].source} and {variable}, not both")
        found[name] = given
    return found


def _variable(variable: str, text: str) -> tuple[str, RawSetting]:
    name = variable.removeprefix(PREFIX).lower()
    if name.endswith("_file") and name.removesuffix("_file") in names():
        text = _content(variable, text) if text else ""
        name = name.removesuffix("_file")
    return _setting_named(name, shown=variable), RawSetting(text, variable)


def _content(variable: str, path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise BadSetting(f"{variable}: cannot read {path}: {getattr(error, 'strerror', None) or 'it is no text'}") from error


def _from_toml(path: Path) -> dict[str, RawSetting]:
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadSetting(f"GREENROOM_CONFIG: cannot read {path}: {error.strerror}") from error
    except ValueError as error:
        raise BadSetting(f"GREENROOM_CONFIG: {path} is no TOML: {error}") from error
    return {
        _setting_named(name, shown=f"{path}: {name}"): RawSetting(_as_text(value), f"{path}: {name}")
        for name, value in document.items()
    }


def _as_text(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def _setting_named(setting: str, *, shown: str) -> str:
    if setting in names():
        return setting
    near = difflib.get_close_matches(setting, names(), n=1)
    hint = f"; did you mean {near[0]}?" if near else "; `greenroom config example` lists all"
    raise BadSetting(f"{shown}: no such setting{hint}")


def _parsed(name: str, given: RawSetting) -> Any:
    declared = names()[name]
    parse = cast("Callable[[str], Any]", declared.metadata["parse"])
    try:
        return parse(given.text)
    except ValueError as error:
        shown = "a secret value" if declared.metadata["secret"] else repr(given.text)
        source = "" if given.source.removeprefix(PREFIX).lower() == name else f" (from {given.source})"
        raise BadSetting(f"{name}: {error}; got {shown}{source}") from None
