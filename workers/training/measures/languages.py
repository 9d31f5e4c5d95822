"""Languages other than English: coarse words that are found, calm texts that are marked, the model for attacks, and attacks on groups.

A row is judged as its comment would be: its language is told from its text. Sites take all languages here, so that only what the
checks find counts.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from service.domain.policy.check_input import CheckInput
from service.domain.policy.judge import HOLD_AT
from service.domain.policy.signals import Family, Kind, Signal
from workers.checks import group_attacks, signals_of
from workers.checks.languages.attack_grammar import LANGUAGES as WITH_GRAMMAR
from workers.checks.languages.attacks import attack_model
from workers.checks.languages.told import Told
from workers.training.corpora import rows
from workers.training.judging import mean
from workers.training.metrics import Figure, auc, figure

_CODES = ("ar", "bn", "de", "es", "fr", "hi", "id", "it", "ja", "ko", "nl", "pl", "pt", "ru", "ta", "tr", "zh")
#: Set -> the code of its language (BCP 47).
LANGUAGES = {"hinglish": "hi-Latn"} | {code: code for code in _CODES}
#: Goals of coarse words found, and of the AUC of the linear model.
MOST_WORDS, SOME_WORDS = {"hi", "hinglish", "es", "fr", "de", "pt", "it", "zh"}, {"nl", "ar", "pl", "tr", "ru", "bn", "ta"}
AUC_GOALS = {"hinglish": 0.9, "pt": 0.8, "zh": 0.8, "ar": 0.8, "de": 0.77, "tr": 0.77, "ko": 0.72, "fr": 0.72}
COARSE, CALM = ("coarse", "coarse-hate", "lexicon"), ("clean-news", "clean-text", "clean-identity", "clean-comment")

#: Attacks on groups, and calm texts with the goal for the share that is marked.
HATE, CALM_GOALS = (
    ("hate", "hate-disguised", "slur"),
    {"clean-identity": "<= .01", "clean-news": "<= .005", "comment-clean": "<= .003"},
)


def words_of_languages(folder: Path) -> Iterator[Figure]:
    """Coarse words and the languages told."""
    for name, code in LANGUAGES.items():
        texts = _by_kind(folder, name)
        for kind in COARSE:
            if part := texts.get(kind):
                yield figure(
                    f"{name}: coarse words found",
                    mean(_is_coarse(signals) for signals in map(_signals, part)),
                    _goal(name, kind, texts),
                    f"{len(part)} texts of the kind {kind}",
                    language=name,
                    kind=kind,
                )
        for kind in CALM:
            if part := texts.get(kind):
                goal = {"clean-news": "<= .005", "clean-text": "<= .005", "clean-identity": "<= 0"}.get(kind, "")
                marked = mean(_is_coarse(signals) for signals in map(_signals, part))
                how = f"{len(part)} texts of the kind {kind}"
                yield figure(f"{name}: calm texts with a coarse word", marked, goal, how, language=name, kind=kind)
        if part := texts.get("clean-news") or texts.get("clean-text"):
            told = [Told.of(text).language for text in part]
            yield figure(
                f"{name}: language told", mean(each == code for each in told), "", f"wrong: {_wrong(told, code)}", language=name
            )


def attacks_in_languages(folder: Path) -> Iterator[Figure]:
    """The model for attacks, on comments of sets whose test part it never saw."""
    model = attack_model()
    for name, code in LANGUAGES.items():
        texts = _by_kind(folder, name)
        calm, toxic = texts.get("comment-clean", []), texts.get("comment-toxic", [])
        if code not in model.languages or not calm or not toxic:
            continue
        scores = [model.probability(text, code) for text in (*calm, *toxic)]
        goal = f">= {AUC_GOALS[name]}" if name in AUC_GOALS else ""
        how = f"{len(calm)} calm comments, {len(toxic)} attacks"
        labels = [0] * len(calm) + [1] * len(toxic)
        yield figure(f"{name}: attacks, AUC", auc(scores, labels), goal, how, language=name)
        limit = HOLD_AT[Kind.ABUSE_MODEL]
        yield figure(f"{name}: attacks held by the model", mean(s >= limit for s in scores[len(calm) :]), "", how, language=name)
        for kind, part in (("comment-clean", calm), *((kind, texts[kind]) for kind in CALM if kind in texts)):
            held = mean(model.probability(text, code) >= limit for text in part)
            how = f"{len(part)} texts of the kind {kind}"
            yield figure(f"{name}: calm texts held by the model", held, "", how, language=name, kind=kind)


def attacks_on_groups(folder: Path) -> Iterator[Figure]:
    """The grammar of attacks on groups of people: attacks that it finds, and calm texts that it marks."""
    for name, code in LANGUAGES.items():
        texts = _by_kind(folder, name) if code in WITH_GRAMMAR else {}
        for kind in (*HATE, *CALM_GOALS):
            if part := texts.get(kind):
                called = "attacks on groups found" if kind in HATE else "calm texts with an attack on a group"
                marked = mean(any(signal.check == group_attacks.CHECK for signal in _signals(text)) for text in part)
                how = f"{len(part)} texts of the kind {kind}"
                yield figure(f"{name}: {called}", marked, CALM_GOALS.get(kind, ""), how, language=name, kind=kind)


def _by_kind(folder: Path, name: str) -> dict[str, list[str]]:
    texts: dict[str, list[str]] = {}
    for row in rows(folder, name):
        texts.setdefault(str(row["kind"]), []).append(str(row["text"]))
    return texts


def _goal(name: str, kind: str, texts: dict[str, list[str]]) -> str:
    """The goal of found words belongs to the kind `coarse`, or to the lexicon where there is no such kind."""
    if kind != ("coarse" if "coarse" in texts else "lexicon"):
        return ""
    return ">= .70" if name in MOST_WORDS else ">= .50" if name in SOME_WORDS else ""


def _signals(text: str) -> list[Signal]:
    return list(signals_of(CheckInput(text, languages=("*",))))


def _is_coarse(signals: Sequence[Signal]) -> bool:
    return any(signal.kind.family is Family.PROFANITY and signal.score for signal in signals)


def _wrong(told: Sequence[str], code: str) -> str:
    others = sorted({each or "untold" for each in told if each != code})
    return ", ".join(others) or "none"


QUICK = (words_of_languages, attacks_in_languages, attacks_on_groups)
