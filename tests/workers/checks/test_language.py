"""Languages that no check covers are held, with a plain reason; English is not, even disguised or with foreign words."""

import pytest

from service.domain.policy.check_input import Author, CheckInput, Circumstances, History, Lists
from service.domain.policy.judge import PolicyLimits, Verdict, judge
from service.domain.policy.language_coverage import COVERED, LISTED, Level, level_of
from service.domain.policy.signals import Kind
from service.domain.states import State
from tests.domain.text.test_language import SAID
from workers.checks import signals_of

#: Calm sentences in languages that their script identifies, and in some that share their script with others.
BY_SCRIPT = {
    "hi": "मुझे लगता है कि परिषद सही है।",
    "mr": "मला वाटते की नगरपालिका बरोबर आहे आणि ती वेळेवर मिळाली.",
    "bn": "আমার মনে হয় কাউন্সিল ঠিক বলেছে।",
    "ta": "நகராட்சி சொல்வது சரி என்று நினைக்கிறேன்.",
    "te": "మున్సిపాలిటీ చెప్పింది సరైనదే అని నేను అనుకుంటున్నాను.",
    "kn": "ನಗರಸಭೆ ಹೇಳಿದ್ದು ಸರಿ ಎಂದು ನಾನು ಭಾವಿಸುತ್ತೇನೆ.",
    "ml": "നഗരസഭ പറഞ്ഞത് ശരിയാണെന്ന് ഞാൻ കരുതുന്നു.",
    "gu": "મને લાગે છે કે નગરપાલિકા સાચી છે.",
    "pa": "ਮੈਨੂੰ ਲੱਗਦਾ ਹੈ ਕਿ ਨਗਰ ਪਾਲਿਕਾ ਸਹੀ ਹੈ।",
    "or": "ମୋ ମତରେ ପୌରପାଳିକା ଠିକ୍ କହିଛି।",
    "si": "නගර සභාව නිවැරදි යැයි මම සිතමි.",
    "th": "ฉันคิดว่าสภาเมืองทำถูกแล้ว",
    "lo": "ຂ້ອຍຄິດວ່າສະພາເມືອງຖືກຕ້ອງແລ້ວ",
    "km": "ខ្ញុំគិតថាក្រុមប្រឹក្សាត្រឹមត្រូវ",
    "my": "မြို့တော်ကောင်စီ မှန်တယ်လို့ ကျွန်တော်ထင်တယ်",
    "bo": "ང་ཚོའི་གྲོང་ཁྱེར་ནི་ཡག་པོ་རེད།",
    "ka": "ვფიქრობ, რომ საბჭო მართალია.",
    "hy": "Կարծում եմ, որ քաղաքապետարանը ճիշտ է:",
    "am": "ምክር ቤቱ ትክክል ነው ብዬ አስባለሁ።",
    "he": "אני חושב שהמועצה צודקת בעניין הזה.",
    "ar": "أعتقد أن المجلس على حق في هذا الأمر.",
    "ur": "میرا خیال ہے کہ کونسل ٹھیک کہہ رہی ہے۔",
    "fa": "فکر می‌کنم شورای شهر درست می‌گوید.",
    "el": "Νομίζω ότι το συμβούλιο έχει δίκιο.",
    "ru": "Я думаю, что городской совет прав, но не всё так просто.",
    "uk": "Я думаю, що міська рада має рацію, але її рішення дивне.",
    "zh": "我认为市议会在这件事上是对的。",
    "ja": "市議会の判断は正しいと思います。",
    "ko": "시의회의 결정이 옳다고 생각합니다.",
    "mn": "ᠪᠢ ᠬᠣᠲᠠ ᠶᠢᠨ ᠵᠥᠪᠯᠡᠯ ᠵᠥᠪ ᠭᠡᠵᠦ ᠪᠣᠳᠣᠨ᠎ᠠ",
}


HARDLY = "; the checks know only its coarse words, so a person decides"
UNCOVERED = "; no check covers this language, so a person decides"


def verdict(text: str, *, rules: PolicyLimits | None = None, **more: object) -> Verdict:
    return judge(signals_of(CheckInput(text, **more)), rules or PolicyLimits())


def reason(text: str, **more: object) -> str:
    """The reason to hold a text for its language; empty if there is none."""
    found = verdict(text, **more)
    rules = [s.rule for s in found.reasons if s.kind is Kind.SITE_LANGUAGE_NOT_COVERED]
    assert not rules or found.state is State.HELD
    assert not any(s.strong for s in found.reasons if s.kind is Kind.SITE_LANGUAGE_NOT_COVERED)
    return rules[0] if rules else ""


@pytest.mark.parametrize("language", [code for code in BY_SCRIPT if code not in COVERED])
def test_another_script_waits_for_a_person_and_the_reason_names_the_language(language: str) -> None:
    rule = reason(BY_SCRIPT[language])
    assert f"({language})" in rule
    assert rule.endswith(HARDLY if language in LISTED else UNCOVERED)
    assert reason(BY_SCRIPT[language], languages=(language,)) == ""
    assert reason(BY_SCRIPT[language], languages=("*",)) == ""
    assert reason(BY_SCRIPT[language], languages=("sw",)) == rule
    assert reason(BY_SCRIPT[language], circumstances=Circumstances(language="en-GB")) == rule


def test_the_reason_is_in_plain_words() -> None:
    assert reason(BY_SCRIPT["hi"]).startswith("written in Hindi (hi)")
    assert reason("गाँव का मेला").startswith("probably written in Hindi (hi)")
    assert reason("गाँव का मेला", circumstances=Circumstances(language="ne")).startswith("written in Nepali (ne)")
    assert reason(BY_SCRIPT["ta"]) == "written in Tamil (ta)" + HARDLY
    assert reason(BY_SCRIPT["ka"]) == "written in Georgian (ka)" + UNCOVERED
    assert reason(SAID["de"], languages=("-de",)) == "written in German (de); this site looks at comments in this language first"
    assert reason("ᚠᚢᚦᚨᚱᚲ ᚷᚹᚺᚾᛁᛃ") == "written in Runic letters; no check covers this language, so a person decides"


@pytest.mark.parametrize("language", [code for code in SAID if code not in COVERED])
def test_a_language_that_small_words_tell_waits_too(language: str) -> None:
    assert f"({language})" in reason(SAID[language])
    assert reason(SAID[language], languages=(language,)) == ""


@pytest.mark.parametrize("language", sorted(COVERED & (BY_SCRIPT.keys() | SAID.keys())))
def test_a_language_with_a_model_is_judged_like_english_unless_the_site_holds_it(language: str) -> None:
    text = BY_SCRIPT.get(language) or SAID[language]
    assert level_of(language) in (Level.FULL, Level.LEARNED)
    assert verdict(text).state is State.APPROVED
    if language != "en":
        assert verdict(text, languages=(f"-{language}",)).state is State.HELD
        assert verdict(text, languages=("*", f"-{language}")).state is State.HELD


@pytest.mark.parametrize(
    "text",
    [
        "The word 愛 means love",
        "My neighbour Олег came here in 1994, and he is the best baker of the whole town.",
        "It cost 5 µm and π is not 3, said the man with the Δ on his shirt.",
        "As they say in Japan, 一期一会, and that is how we ought to see this whole debate about the new bridge.",
        "¯\\_(ツ)_/¯ whatever",
        "ಠ_ಠ",
        "👍👍 🎉",
        "12345 !!!",
        "Zürich",
        "ok",
        "Café Müller serves a very good crème brûlée, and the façade is lovely.",
        "𝓣𝓱𝓲𝓼 𝓲𝓼 𝓪 𝓿𝓮𝓻𝔂 𝓰𝓸𝓸𝓭 𝓲𝓭𝓮𝓪 𝓯𝓸𝓻 𝓽𝓱𝓮 𝔀𝓱𝓸𝓵𝓮 𝓽𝓸𝔀𝓷",
        "Ｔｈｉｓ ｉｓ ａ ｖｅｒｙ ｇｏｏｄ ｉｄｅａ ｆｏｒ ｔｈｅ ｗｈｏｌｅ ｔｏｗｎ",
        "Thе сounсil got this right, and thаt is whаt the реoplе аsked for.",
        "<p>I <b>really</b> like the new bridge&nbsp;&mdash; it is beautiful.</p>",
        "Great article!",
        "https://news.example/ein-artikel-ueber-die-neue-bruecke-und-das-alte-rathaus",
    ],
)
def test_english_passes_with_a_foreign_word_a_sign_or_a_disguise(text: str) -> None:
    assert not [s for s in signals_of(CheckInput(text)) if s.kind is Kind.SITE_LANGUAGE_NOT_COVERED]


@pytest.mark.parametrize(
    "text",
    [
        "you are a चूतिया",
        "he is such a сука, everybody",
        "You are a &#2330;&#2370;&#2340;&#2367;&#2351;&#2366; my friend",
        "This is a fine article about the bridge and I agree with every word of it. " + BY_SCRIPT["ru"],
        "I like the new bridge very much and so does my family. " * 12 + BY_SCRIPT["ja"] * 2,
        "I like the new bridge very much and so does my family. " * 12 + SAID["es"] * 4,
    ],
)
def test_what_stands_in_another_language_beside_english_does_not_pass(text: str) -> None:
    assert Kind.SITE_LANGUAGE_NOT_COVERED in {s.kind for s in verdict(text).reasons}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("hu", "Szerintem ez a döntés rossz, mert senki nem kérdezte meg az embereket."),
        ("sw", "Nadhani baraza la mji limefanya uamuzi mzuri kuhusu daraja jipya"),
        ("vi", "Tôi nghĩ rằng hội đồng thành phố đã quyết định đúng về cây cầu mới"),
        ("fil", "Sa tingin ko tama ang desisyon ng konseho tungkol sa bagong tulay"),
    ],
)
def test_a_language_that_shares_its_letters_with_english_waits_and_is_named(language: str, text: str) -> None:
    assert f"({language})" in reason(text)
    assert reason(text, languages=(language,)) == ""


@pytest.mark.parametrize(
    "text",
    [
        "Llaqta umalliqkunaqa allintam rurarqanku nispam yuyani mosoq chakamanta",
        "Che aguyjevete peême opavave yvyporakuéra oikóva tavaguasúpe",
    ],
)
def test_a_longer_text_without_a_sign_of_english_waits(text: str) -> None:
    assert reason(text) == "we could not tell the language; our checks may not be able to read it, so a person decides"
    assert reason(text, languages=("*",)) == ""
    assert reason(text, circumstances=Circumstances(language="en")) != ""


def test_the_hosts_word_counts_where_the_text_tells_nothing() -> None:
    roman = "zabardast jawab janab"
    hindi, english = Circumstances(language="hi-IN"), Circumstances(language="en")
    assert reason(roman) == ""
    told = "written in Hindi (hi), as your site says" + HARDLY
    assert reason(roman, circumstances=hindi) == told
    assert reason(roman, circumstances=hindi, languages=("hi",)) == ""
    assert reason(BY_SCRIPT["hi"], circumstances=english) != ""
    assert reason("Great article, thank you!", circumstances=Circumstances(language="de-AT")) == ""
    assert reason("👍👍", circumstances=hindi) == ""
    assert reason(roman, circumstances=Circumstances(language="klingon")) == ""


def test_a_site_that_takes_a_language_that_small_words_cannot_tell_takes_what_we_cannot_tell() -> None:
    quechua = "Llaqta umalliqkunaqa allintam rurarqanku nispam yuyani mosoq chakamanta"
    assert reason(quechua, languages=("qu",)) == ""
    assert reason(quechua, languages=("ja",)) != ""
    assert reason(SAID["es"], languages=("qu",)) != ""


def test_what_rejects_by_itself_still_rejects() -> None:
    blocked = verdict(BY_SCRIPT["hi"] + " casino", lists=Lists(blocked_words=("casino",)))
    assert blocked.state is State.REJECTED
    spam = "Best price casino bonus! telegram @cheap [url=http://bad.example]x[/url] http://bit.ly/x "
    assert verdict(spam + BY_SCRIPT["ru"], author=Author("cheap-pills.example casino bonus")).state is State.REJECTED


def test_trust_by_hand_passes_and_a_good_record_alone_does_not() -> None:
    dependable = History(approved=40, vouched=True)
    assert reason(BY_SCRIPT["hi"], history=dependable) != ""
    assert reason(BY_SCRIPT["hi"], history=History(approved=40, vouched=True, trusted=True)) == ""


def test_the_marks_stand_on_the_foreign_words_of_a_mixed_text() -> None:
    (signal,) = verdict("you are a चूतिया").reasons
    assert [span.text for span in signal.spans] == ["चूतिया"]
    assert signal.rule.startswith("partly written in")


@pytest.mark.parametrize("text", ["The coup in Niger worries the neighbours.", "The vineyard at Sauternes has new owners."])
def test_a_short_english_sentence_of_rare_words_is_english(text: str) -> None:
    assert not [signal for signal in signals_of(CheckInput(text)) if signal.kind is Kind.SITE_LANGUAGE_NOT_COVERED]
