"""Short calm phrases in other languages: weather, things and places. Nothing in them tells the language, and by chance some of their
words look like English insults ("dick" is thick in German)."""

import pytest

from service.domain.policy.check_input import CheckInput
from service.domain.policy.judge import PolicyLimits, judge
from service.domain.policy.signals import Kind
from service.domain.states import State
from workers.checks import models, signals_of, signals_of_each
from workers.checks.deep.drain import read_deeply
from workers.checks.deep.findings import is_read
from workers.checks.languages.told import Told
from workers.checks.prepared import Prepared

PHRASES = {
    "de": "Dichter Rauch, Dicke Wolken, Dickes Buch, Dickicht am Bach, Fetter Käse, Nasser Hund, Grauer Himmel, Kalter Wind, "
    "Starker Regen, Heißer Tee, Frischer Schnee, Glatte Straße, Leere Kirche, Alter Hafen, Volle Halle, Krummer Nagel, Schräges Dach, "
    "Rauer Putz, Sturm über Hamburg, Gewitter im Harz, Hagel in Bayern, Nieselregen, Eisregen, Glühwein, Kartoffelsuppe, "
    "Kuchen mit Sahne, Warme Socken, Zwei Brötchen, Kleiner Garten, Großer Markt, Lange Schlange, Runder Tisch, Offenes Fenster, "
    "Kaputte Ampel, Neue Brücke, Schöner Abend, Feuchte Wand, Harter Boden, Weicher Sand, Tiefer See, Hohe Wellen, Stiller Wald, "
    "Bunte Blätter, Reifer Apfel, Saure Gurken, Süßer Senf, Schwarzer Kaffee, Weißer Spargel, Rote Bete, Gelbe Tonne, Brauner Bär, "
    "Dicker Pulli, Dickster Baum, Dicke Bohnen, Dickmilch, Schlichte Fassade, Rathaus Spandau, Ziegen im Stall, Hummeln im Klee, "
    "Asseln im Keller, Gassen von Trier, Hitzewelle, Spätsommer, Raureif, Pfützen überall, Kickers Offenbach, Fuchs im Garten, "
    "Nüsse und Rosinen, Schicker Hut, Stumpfer Bleistift, Dampfer auf der Elbe",
    "fr": "Brouillard épais, Pluie fine, Neige fraîche, Ciel gris, Vent glacial, Nuages bas, Orage d'été, Vieux port, Petite gare, "
    "Grand marché, Route verglacée, Soupe chaude, Fromage gras, Pain chaud, Tarte aux poires, Café noir, Thé vert, Jardin fleuri, "
    "Plage déserte, Marée basse, Lac gelé, Belle soirée, Chaussée humide, Feuilles mortes, Coq au vin, Fusée Ariane, Phoque gris, "
    "Nuit claire, Chat roux, Salade verte, Bitume chaud, Tarder août",
    "pt": "Nevoeiro denso, Chuva fina, Vento forte, Céu nublado, Mar calmo, Praia vazia, Pão quente, Café preto, Bolo de fubá, "
    "Rua molhada, Feira livre, Noite fria, Trem atrasado, Sopa grossa, Queijo gordo, Jardim florido, Lagoa seca, Facas de cozinha, "
    "Cupim na madeira, Bico de pato, Picada de mosquito, Serra gaúcha, Barco pequeno, Lua cheia, Terra roxa, Idioma basco",
    "tr": "Yoğun sis, Hafif yağmur, Kuvvetli rüzgar, Gri gökyüzü, Sıcak çay, Taze ekmek, Eski liman, Yeni köprü, Boş sokak, "
    "Kalın kitap, Soğuk gece, Kar yağışı, Küçük bahçe, Dolu otobüs, Şık elbise, Sicak su, Kuru fasulye, Amasra sahili, Tatlı elma, "
    "Dar geçit, Ağır kapı, Çatı katı, Sakin göl, Derin kuyu, Şehit mezarı, Şahit ifadesi, Köpeği kahverengi",
    "hi-Latn": "Ghana kohra, Halki baarish, Tez hawa, Thandi raat, Garam chai, Purana pul, Naya bazaar, Khali gali, Neela aasmaan, "
    "Bada bagicha, Meethi lassi, Taaza roti, Lal gulab, Sooka patta, Gehri nadi, Hari sabzi, Moti kitab, Kacha aam, Chandni raat",
    "ar": "ضباب كثيف, مطر خفيف, رياح قوية, سماء رمادية, شاي ساخن, خبز طازج, ميناء قديم, جسر جديد, كتاب سميك, بحر هادئ, كلب مبلل",
    "zh": "浓雾, 小雨, 灰色的天空, 热茶, 新鲜面包, 老港口, 空荡的街道, 厚厚的书, 寒冷的夜晚, 平静的大海, 满月, 湿漉漉的狗",
    "ko": "짙은 안개, 가벼운 비, 회색 하늘, 뜨거운 차, 갓 구운 빵, 오래된 항구, 두꺼운 책, 추운 밤, 잔잔한 바다, 보름달, 젖은 개",
    "it, es, nl": "Nebbia fitta, Tana vuota, Tardo pomeriggio, Cena fredda, Niebla espesa, Lluvia fina, Pollo asado, Hoeveel regen, "
    "Hoewel koud, Plassen overal, Dichte mist, Boerderij Hoeve, Kermis Tilburg, Raízes curvas, Båstad, Fučík",
}  # fmt: skip


@pytest.mark.parametrize("language", PHRASES)
def test_a_calm_phrase_is_approved(language: str) -> None:
    readings = [CheckInput(phrase) for phrase in PHRASES[language].split(", ")]
    signals = read_deeply(readings, signals_of_each(readings), settled=lambda _: False, seconds=600)
    verdicts = [judge(each, PolicyLimits()) for each in signals]
    held = {reading.text: verdict.reasons for reading, verdict in zip(readings, verdicts, strict=True) if verdict.reasons}
    assert held == {}


@pytest.mark.parametrize(("language", "text"), [
    ("vi", "Phúc lợi của người già là quan trọng."), ("vi", "Gia đình tôi rất hạnh phúc và khỏe mạnh."), ("vi", "Ông Phúc là bác sĩ của làng."),
    ("sv", "Semestern är slut, men sommaren är inte det."), ("sv", "Slutligen vann de med tre mål och alla var glada."),
    ("da", "Skoleåret er slut, og børnene er glade for det."), ("da", "Bilen havde for høj fart, og det blev en dyr bøde."),
    ("no", "Ferien er slutt, og det er kaldt her nå."), ("nl", "De preek was lang en de sloot is vol water."),
    ("nl", "De koks hebben een prik gehad en zijn weer aan het werk."),
])  # fmt: skip
def test_a_language_that_the_site_accepts_is_not_held_for_its_ordinary_words(language: str, text: str) -> None:
    """Without the site's word it waits, and the only reason is that the checks hardly know the language."""
    reasons = judge(signals_of(CheckInput(text)), PolicyLimits()).reasons
    assert [reason.kind for reason in reasons] == [Kind.SITE_LANGUAGE_NOT_COVERED]
    accepted = signals_of(CheckInput(text, languages=(language,)))
    assert judge(accepted, PolicyLimits()).state is State.APPROVED
    assert not [signal for signal in accepted if signal.kind is Kind.PROFANITY_STRONG]


@pytest.mark.parametrize("text", [
    "sadak par ek kutta so raha tha aur bacche use dekh rahe the", "hamare gaon mein kuttay raat ko bahut shor karte hain",
    "bandar ne chashma utha liya aur ped par chadh gaya", "dhobi ka gadha nadi ke kinare ghaas kha raha hai",
])  # fmt: skip
def test_an_animal_is_no_insult(text: str) -> None:
    assert judge(signals_of(CheckInput(text)), PolicyLimits()).state is State.APPROVED


@pytest.mark.parametrize(
    "text", ["tum gadhe ho aur gadhe hi rahoge", "ye sab kutte hain sab ke sab", "tu ek kutta hai aur kuch nahi"]
)
def test_a_person_called_an_animal_is_held(text: str) -> None:
    assert judge(signals_of(CheckInput(text)), PolicyLimits()).state is State.HELD


@pytest.mark.parametrize("text", [
    "Dickhead loser", "Libtards everywhere", "Stupid liars", "Dumb idiot Trudeau", "Filthy scumbag Zelensky", "Shut up, clown",
])  # fmt: skip
def test_a_short_english_insult_is_held(text: str) -> None:
    assert Told.of(text).language in ("", "en")
    assert judge(signals_of(CheckInput(text)), PolicyLimits()).state is State.HELD


def test_pieces_of_unknown_words_count_beside_known_ones() -> None:
    score = next(s.score for s in models.check(Prepared.of(CheckInput("you are a stupidd idiott"))) if s.kind is Kind.ABUSE_MODEL)
    assert score > 0.6


def test_the_transformer_reads_an_unsure_text_only_with_a_known_word() -> None:
    assert is_read(CheckInput("Deport them"))
    assert is_read(CheckInput("🤮🤮"))
    assert not is_read(CheckInput("Kiezers filosoof"))
