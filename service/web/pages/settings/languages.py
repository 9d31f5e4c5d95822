"""The page of languages: which ones readers write, what the checks know of each, and whether its comments wait for a person."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from flask import request
from flask_babel import get_locale
from werkzeug.wrappers import Response as AnyResponse

from service.actions.sites.site_settings import set_languages
from service.domain.policy.language_coverage import ALL, GROUP_ATTACKS, NAMES, Level, covered, level_of
from service.domain.text.language import language_of
from service.store.comments.recent_texts import recent_texts
from service.store.sites.sites import policy_of, site
from service.store.tables.accounts import Role
from service.web.auth.sessions import site_id, with_role
from service.web.pages.blueprint import bp, page, redirect_to
from service.web.resources.web_resources import resources

#: The languages of this many of the newest comments are counted. One with a smaller share than PROPOSED of them is not proposed.
COUNTED, PROPOSED = 1_000, 0.02
#: These languages are always in the table: the ones with a model.
_ALWAYS = ("en", "de", "fr", "pt", "tr", "ar", "zh", "ko", "hi-Latn", "ur-Latn")


@dataclass(frozen=True, slots=True)
class LanguageRow:
    """One language in the table. `said`: `take`, `hold`, or empty where the site has said nothing."""

    code: str
    name: str
    comments: int
    share: float
    level: Level
    waits: bool
    said: str


@bp.get("/settings/languages")
@with_role(Role.ADMIN)
def languages() -> AnyResponse:
    with resources().database.reading() as session:
        taken = policy_of(site(session, site_id())).languages
        texts = recent_texts(session, site_id(), most=COUNTED)
    rows = _rows(Counter(filter(None, map(language_of, texts))), len(texts), taken)
    proposed = [row for row in rows if row.code != "en" and row.share >= PROPOSED]
    done = request.args.get("done", "")
    return page(
        "languages.html",
        rows=rows,
        proposed=proposed,
        counted=len(texts),
        every=ALL in taken,
        done=done,
        level=Level,
        group_attacks=GROUP_ATTACKS,
    )


@bp.post("/settings/languages")
@with_role(Role.ADMIN)
def change_languages() -> AnyResponse:
    with resources().database.writing() as session:
        kept = [code for code in policy_of(site(session, site_id())).languages if f"say {code.lstrip('-')}" not in request.form]
        said = {name.removeprefix("say "): value for name, value in request.form.items() if name.startswith("say ")}
        chosen = [f"-{code}" if value == "hold" else code for code, value in said.items() if value in ("take", "hold")]
        set_languages(session, site_id(), " ".join([*kept, *chosen]))
    return redirect_to("pages.languages", site=site_id(), done="saved")


def _rows(counts: Counter[str], total: int, taken: Sequence[str]) -> list[LanguageRow]:
    named = [code.lstrip("-") for code in taken if code != ALL]
    codes = dict.fromkeys([*(code for code, _ in counts.most_common()), *named, *_ALWAYS])
    return [_row(code, counts[code], total, taken) for code in codes]


def _row(code: str, comments: int, total: int, taken: Sequence[str]) -> LanguageRow:
    said = "hold" if f"-{code}" in taken else "take" if code in taken else ""
    waits = not covered((code,), taken)
    return LanguageRow(code, _name(code), comments, comments / max(1, total), level_of(code), waits, said)


def _name(code: str) -> str:
    locale = get_locale()
    return str(locale.languages.get(code, NAMES.get(code, code)) if locale else NAMES.get(code, code))
