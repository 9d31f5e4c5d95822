"""Names in styled letters are found in any language; readers who style a whole comment, or a little of it, are left alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.policy.check_input import CheckInput
from service.domain.policy.judge import PolicyLimits, judge
from service.domain.policy.signals import Kind, Signal
from service.domain.states import State
from workers.checks import signals_of, styled_letters
from workers.checks.prepared import Prepared

SENTENCES = ["I won at {} yesterday", "gampang menang di {} kak", "Ganhei no {} ontem", "Всем советую {} друзья", "मैंने {} पर जीता"]
NAMES = ["kingspin77", "rajaplay4d", "zeus138", "tigerclub365"]
STARTS = {"bold": (0x1D400, 0x1D7CE), "sans": (0x1D5D4, 0x1D7EC), "double": (0x1D538, 0x1D7D8), "mono": (0x1D670, 0x1D7F6)}


def found(text: str) -> list[Signal]:
    return [s for s in styled_letters.check(Prepared.of(CheckInput(text))) if s.kind is Kind.SPAM_STYLED]


def in_style(name: str, style: str) -> str:
    letters, digits = STARTS[style]
    return "".join(chr((digits - 48 if char.isdigit() else letters - 65) + ord(char)) for char in name.upper())


@given(st.sampled_from(SENTENCES), st.sampled_from(NAMES), st.sampled_from([*STARTS]))
def test_a_name_in_styled_letters_stands_out_in_any_language(sentence: str, name: str, style: str) -> None:
    styled = in_style(name, style)
    (signal,) = found(sentence.format(styled))
    assert [span.text for span in signal.spans] == [styled]
    reading = CheckInput(sentence.format(styled), languages=("*",))
    assert judge(signals_of(reading), PolicyLimits()).state is not State.APPROVED


@given(st.sampled_from(SENTENCES), st.sampled_from(NAMES), st.sampled_from([" ", ".", "-", " - ", "_", "|"]))
def test_a_name_that_is_spelled_letter_by_letter_stands_out(sentence: str, name: str, between: str) -> None:
    spelled = between.join(name.upper())
    (signal,) = found(sentence.format(spelled))
    assert signal.spans[0].text == spelled


@pytest.mark.parametrize(
    "text",
    [
        "try Ⓚⓘⓝⓖⓢⓟⓘⓝ today my friends",
        "try (K)(I)(N)(G)(7)(7) today",
        "coba 【K】【I】【N】【G】【7】【7】 kak",
        "join ᴋɪɴɢꜱᴘɪɴ now and win",
        "K̲I̲N̲G̲S̲P̲I̲N̲ pays every day",
        "K͎I͎N͎G͎S͎P͎I͎N͎ pays every day",
        "play at king𝘴pin77 tonight",
        "thanks to  k i n g s p i n 88  I am rich",
    ],
)
def test_other_ways_to_style_a_name_are_found(text: str) -> None:
    assert found(text)


@pytest.mark.parametrize(
    "text",
    [
        in_style("WHO", "bold") + " " + in_style("ELSE", "bold") + " " + in_style("AGREES", "bold"),
        "The S.W.A.T. team came, and the F.B.I. too.",
        "N E V E R again!",
        "N O T in my name",
        "It is 5 - 4 - 3 - 2 - 1 for the home team",
        "On the 5ᵗʰ of May, and the 1ᵉʳ of June",
        "詳しくはＬＩＮＥで聞いてください",
        "100℃ and № 5, 10 μm, Ω and ℓ",
        "ᐃᓄᒃᑎᑐᑦ is spoken in Nunavut",
        "vitamins A B C D and E",
        "x² + y² = z²",
        "🇩🇪 🇫🇷 1:1",
    ],
)
def test_what_readers_write_is_left_alone(text: str) -> None:
    assert found(text) == []


def test_a_long_text_is_read_in_time() -> None:
    assert len(found("a " * 20_000 + "ａ" * 20_000)) <= 1
    assert len(found("𝐀𝐁 c " * 10_000)) == 1
