"""Every text of the pages is translated into every language and fits its place."""

import json
import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from service.config import Settings
from service.domain.policy.check_input import Author, CheckInput, Circumstances, History, Lists, Page, RecentCounts
from service.domain.policy.custom_rules import CustomRule, Facts, RuleSubject
from service.web.pages import blueprint
from service.web.pages.queue.rule_translations import translate_rule
from tests.support.sign_in import serving
from workers.checks import signals_of

HERE = Path(blueprint.__file__).parents[1]
KEYWORDS = {"_": None, "ngettext": (1, 2)}
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2")]


def said_on_the_pages() -> set[object]:
    found = extract_from_dir(HERE, METHODS, keywords=KEYWORDS)
    return {message for _, _, message, _, _ in found}


def catalog(language: str) -> Catalog:
    with (HERE / "translations" / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file)


def places(text: str) -> set[str]:
    return set(re.findall(r"%\(\w+\)[sd]|\{n\}", text))


@pytest.mark.parametrize("language", [code for code in blueprint.LANGUAGES if code != "en"])
def test_a_language_is_complete_and_its_places_fit(language: str) -> None:
    found = catalog(language)
    missing = [message for message in said_on_the_pages() if message not in found]
    assert missing == []
    for message in found:
        if message.id:
            originals = message.id if isinstance(message.id, tuple) else (message.id,)
            words = message.string if isinstance(message.string, tuple) else (message.string,)
            assert all(words), message.id
            assert all(places(word) <= places(originals[-1]) for word in words), message.id


@pytest.mark.parametrize("language", [code for code in blueprint.LANGUAGES if code != "en"])
def test_what_is_shown_is_what_was_written(language: str) -> None:
    """The compiled file matches the edited one. If not, run `make translations`."""
    with (HERE / "translations" / language / "LC_MESSAGES" / "messages.mo").open("rb") as file:
        compiled = plain(read_mo(file))
    assert compiled == plain(catalog(language))


def plain(found: Catalog) -> dict[str, tuple[str, ...]]:
    """Singular form of the original -> all forms of the translation."""
    return {
        message.id if isinstance(message.id, str) else message.id[0]: (message.string,)
        if isinstance(message.string, str)
        else tuple(message.string)
        for message in found
        if message.id
    }


LOADED = CheckInput(
    "You b4stard, I will kill you. Best price casino bonus! Call 0555 010 4477, card 4111 1111 1111 1111, 12 Mill Lane, telegram @cheap "
    "a@b.example http://bit.ly/x [url=http://bad.example]x[/url] http://c.example mayor " + "qwrtpsdfg zxcvbnmkl " * 9,
    author=Author(name="cheap-pills.example casino bonus", url="http://bad.example", email_domain="mailinator.com"),
    page=Page(days=90.0),
    circumstances=Circumstances(honeypot=True, seconds_to_submit=0.4, language="fr"),
    history=History(approved=1, rejected=3),
    recent=RecentCounts(same_text=3, same_text_other_threads=2, by_author=40, by_address=90, like_text=3),
    lists=Lists(("casino",), ("mayor",), blocked_domains=("bad.example",), blocked_author=True, blocked_address=True),
)


def test_every_sentence_of_a_check_is_known(settings: Settings) -> None:
    """Run the checks on comments that trigger nearly all of them, and on those of the demo."""
    demo = (HERE.parent / "commands" / "demo_comments.jsonl").read_text(encoding="utf-8").splitlines()
    readings = [LOADED, *(CheckInput(json.loads(line)["text"]) for line in demo[::10])]
    rules = {signal.rule for reading in readings for signal in signals_of(reading)}
    rules |= {signal.rule for text, language in UNREAD for signal in signals_of(_in(text, language))}
    rules |= {rule.why(Facts("mayor", links=9, thread_days=99, language="fr")) for rule in WRITTEN}
    assert len(rules) > 30
    with serving(settings) as app, app.test_request_context(headers={"Accept-Language": "de"}):
        unknown = [rule for rule in rules if translate_rule(rule) == rule]
        assert not unknown, f"add to service/web/pages/queue/rule_translations.py, then `make translations`: {unknown}"


def test_a_language_is_named_in_the_readers_words(settings: Settings) -> None:
    rule = "written in Hindi (hi), as your site says; no check covers this language, so a person decides"
    with serving(settings) as app:
        with app.test_request_context(headers={"Accept-Language": "ar"}):
            assert "الهندية (hi)" in translate_rule(rule)
        with app.test_request_context(headers={"Accept-Language": "de"}):
            assert "auf Bengalisch (bn)" in translate_rule(rule.replace("Hindi (hi)", "Bengali (bn)"))


def _in(text: str, language: str) -> CheckInput:
    return CheckInput(text, circumstances=Circumstances(language=language))


UNREAD = [
    ("நகராட்சி சொல்வது சரி", ""), ("गाँव का मेला", ""), ("you are a चूतिया", ""), ("ᚠᚢᚦᚨᚱᚲ ᚷᚹᚺᚾᛁᛃ", ""), ("you are a ᚠᚢᚦᚨᚱᚲ", ""),
    ("kya baat hai", "hi"), ("Nadhani baraza la mji limefanya uamuzi mzuri kuhusu daraja jipya", ""),
]  # fmt: skip
WRITTEN = [
    CustomRule(RuleSubject.LINKS, "1"), CustomRule(RuleSubject.NEW_AUTHOR, "3"), CustomRule(RuleSubject.OLD_THREAD, "30"), CustomRule(RuleSubject.LANGUAGE, "en"), CustomRule(RuleSubject.WORDS, "mayor"),
]  # fmt: skip
