"""The spam rules: each gives signals where it should, none where it should not, with the right spans."""

import pytest

from service.domain.policy.check_input import Author, CheckInput, Circumstances, History, Lists, RecentCounts
from service.domain.policy.evidence import leads_somewhere
from service.domain.policy.judge import HOLD_AT
from service.domain.policy.signals import Kind
from workers.checks import contact, floods, forms, gibberish, history, links, mailboxes, names, phrases, privacy, site_lists
from workers.checks.prepared import Prepared


def kinds(check, text="A calm comment about pensions.", **more):
    return {signal.kind: signal for signal in check.check(Prepared.of(CheckInput(text, **more)))}


def test_many_links_weigh_more_than_one():
    one = kinds(links, "see http://a.example/x")[Kind.SPAM_LINKS]
    many = kinds(links, " ".join(f"http://a{n}.example/x" for n in range(6)))[Kind.SPAM_LINKS]
    assert one.score < 0.5 < many.score
    assert many.strong and not one.strong
    assert one.spans[0].text == "http://a.example/x"


@pytest.mark.parametrize(
    "hidden",
    ["visit cheap dot com now", "look at pills[.]net", "<a href='http://x.example'>x</a>", "[url=http://x.example]x[/url]"],
)
def test_links_are_seen_where_they_hide(hidden):
    assert Kind.SPAM_LINKS in kinds(links, hidden)


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ('<a href="https://mill.example/p" rel="nofollow">https://mill.example/p</a>', 0.2),
        ("<a href='http://www.mill.example/'>mill.example</a>", 0.2),
        ('<a href="https://mill.example/p">the old mill</a>', 0.85),
        ('<a href="http://evil.example/">mill.example</a>', 0.85),
    ],
)
def test_markup_that_shows_the_address_itself_hides_nothing(text, score):
    assert kinds(links, text)[Kind.SPAM_LINKS].score == score


@pytest.mark.parametrize(
    ("link", "leads"),
    [
        ("https://gazette.example.org/2024/03/14/bridge-closed/", False),
        ("paper.example.com/news/2019/11/flood-in-the-valley", False),
        ("https://shop.example.com/2024-offers", True),
        ("https://shop.example.com/buy", True),
    ],
)
def test_a_link_to_an_article_with_its_date_is_nothing_to_follow(link, leads):
    assert leads_somewhere([kinds(links, f"See {link}")[Kind.SPAM_LINKS]]) is leads


def test_two_goods_are_talk_where_there_is_nothing_to_follow():
    talk = "The paper says that rolex and viagra are the most copied goods"
    assert kinds(phrases, talk)[Kind.SPAM_PHRASES].score < 0.5
    assert kinds(phrases, f"{talk}, call 555 012 3456")[Kind.SPAM_PHRASES].score >= 0.5


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("Maria Keller", "https://best-roof-repair.example"),
        ("Roof Repair Leeds", "https://rrl.example"),
        ("Facelift Cost Antalya", "https://flc.example"),
        ("Garage Door Repair", "http://gdr.example/offers"),
    ],
)
def test_the_website_of_a_shop_under_another_name_advertises(name, url):
    found = kinds(names, author=Author(name=name, url=url))[Kind.SPAM_NAME]
    assert found.score >= 0.5 and not found.strong


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("Maria Keller", "https://mariakeller.example"),
        ("Anna Home", "https://annahome.example"),
        ("Tom Law", "https://tomlaw.example"),
        ("Ravi", "https://ravi-photography.example"),
        ("Ines", "https://blog.example"),
        ("Johnny Cash", ""),
    ],
)
def test_the_website_of_the_author_is_none(name, url):
    assert kinds(names, author=Author(name=name, url=url)) == {}


@pytest.mark.parametrize("calm", ["It ended. Then it began again.", "e.g. the U.S. and 3.5 percent", "well...no"])
def test_a_full_stop_is_no_link(calm):
    assert kinds(links, calm) == {}


def test_shorteners_and_blocked_domains_are_named():
    found = kinds(links, "http://bit.ly/abc and http://sub.bad.example/y", lists=Lists(blocked_domains=("bad.example",)))
    assert found[Kind.SPAM_SHORTENER].spans[0].text == "http://bit.ly/abc"
    assert found[Kind.SITE_BLOCKED_LINK].spans[0].text == "http://sub.bad.example/y"


def test_links_to_the_site_itself_are_free():
    assert kinds(links, "http://news.example/story", lists=Lists(own_domains=("news.example",))) == {}


def test_praise_weighs_only_where_a_website_is_advertised():
    praise = "Great post, thanks for sharing!"
    assert Kind.SPAM_PHRASES not in kinds(phrases, praise)
    assert kinds(phrases, praise, author=Author(url="http://shop.example"))[Kind.SPAM_PHRASES].score >= 0.5


def test_a_name_that_advertises_is_told():
    assert Kind.SPAM_NAME in kinds(names, author=Author(name="best cheap hotel deals"))
    assert Kind.SPAM_NAME in kinds(names, author=Author(name="www.shop.example"))
    assert kinds(names, author=Author(name="Maria Shopova")) == {}


def test_chat_numbers_and_throw_away_mailboxes_are_told():
    assert Kind.SPAM_CONTACT in kinds(contact, "write to whatsapp +1 555 010 0199")
    assert Kind.SPAM_DISPOSABLE_EMAIL in kinds(mailboxes, author=Author(email_domain="mailinator.com"))
    assert kinds(mailboxes, author=Author(email_domain="example.org")) == {}


def test_repeats_and_bursts_are_told_by_their_counts():
    long = "The very same sentence under every article of the day."
    assert kinds(floods, long, recent=RecentCounts(same_text=6, same_text_other_threads=5))[Kind.SPAM_DUPLICATE].strong
    assert kinds(floods, "Thanks!", recent=RecentCounts(same_text=6)) == {}
    assert kinds(floods, recent=RecentCounts(by_author=25))[Kind.SPAM_VELOCITY].strong


def test_a_filled_honeypot_and_a_hasty_form_are_told():
    assert kinds(forms, circumstances=Circumstances(honeypot=True))[Kind.SPAM_HONEYPOT].strong
    assert Kind.SPAM_TOO_FAST in kinds(forms, circumstances=Circumstances(seconds_to_submit=0.4))
    assert kinds(forms, circumstances=Circumstances(seconds_to_submit=30)) == {}


@pytest.mark.parametrize(
    ("text", "odd"), [("asdfkjhqw lkjerhzx cmnvbsd", True), ("A calm sentence, said in English", False), ("Hmmm. Brrr!", False)]
)
def test_only_letters_that_spell_nothing_are_gibberish(text, odd):
    assert (Kind.SPAM_GIBBERISH in kinds(gibberish, text)) is odd


def test_a_heap_of_marks_that_covers_its_neighbours_is_gibberish() -> None:
    for zalgo in ("a" + "\u0300" * 20, "A calm wo\u0336\u0337\u0338\u0322\u0321\u0316rd.", "\u0e01" + "\u0e47" * 30):
        assert Kind.SPAM_GIBBERISH in kinds(gibberish, zalgo)
        assert Kind.SPAM_GIBBERISH in kinds(gibberish, author=Author(name=zalgo))
    for spelled in ("בְּרֵאשִׁ֖ית בָּרָ֣א", "ﷺ صَلَّى ٱللَّٰهُ", "ที่นี่ ก็ น้ำ", "Tiếng Việt", "हिन्दी में", "l\u0336o\u0336n\u0336g\u0336"):
        assert kinds(gibberish, spelled) == {}, spelled


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("call me at (555) 010-0199 tonight", Kind.PRIVACY_PHONE),
        ("his card is 4012 8888 8888 1881", Kind.PRIVACY_CARD),
        ("she lives at 12 Orchard Street", Kind.PRIVACY_ADDRESS),
        ("It cost $1,200,300 in 2016-2017, or 5 000 000 in all", None),
    ],
)
def test_personal_data_is_told_and_plain_numbers_are_not(text, kind):
    found = kinds(privacy, text)
    assert (kind in found) if kind else found == {}


def test_only_a_vouched_past_is_held_against_somebody():
    assert Kind.TRUST_REJECTED_BEFORE in kinds(history, history=History(approved=1, rejected=4, vouched=True))
    assert kinds(history, history=History(approved=1, rejected=4)) == {}


@pytest.mark.parametrize(
    ("listed", "text", "found"),
    [
        ("casino", "The CASINO opens", "CASINO"),
        ("casino", "The c4sino opens", "c4sino"),
        ("cas*no", "one casiiino more", "casiiino"),
        ("free * now", "free beer now", "free beer now"),
        ("casino", "casinos are else", None),
        ("a*a*a*a*a*a*b", "a" * 80, None),
    ],
)
def test_a_sites_own_words_are_found_with_wildcards(listed, text, found):
    signals = kinds(site_lists, text, lists=Lists(blocked_words=(listed,)))
    assert [s.spans[0].text for s in signals.values()] == ([found] if found else [])


@pytest.mark.parametrize(
    "site", ["melatitoto", "Kancilslot", "rimbagacor", "WAYANGHOKI", "mahkotawin77", "cendrawasihwin", "perahu4d"]
)
def test_the_name_of_a_betting_site_in_plain_letters_is_held(site: str) -> None:
    signal = kinds(phrases, f"Kemarin saya coba di {site} dan langsung untung, ayo kalian juga")[Kind.SPAM_PHRASES]
    assert signal.score >= HOLD_AT[Kind.SPAM_PHRASES]
    assert [span.text for span in signal.spans] == [site]
    assert not kinds(phrases, f"Yesterday the {site} was on the shelf and nobody in the shop bought it.")


@pytest.mark.parametrize("text", [
    "Pak Darwin dan Bu Herwina akan kawin, mereka berkahwin di rumah kami", "Saya tidak suka judi slot dan toto, itu merusak orang muda",
    "Kami ke Las Vegas dan pulang dengan pesawat malam itu juga", "Obat alphabet dan sorbet itu enak sekali untuk kita semua",
])  # fmt: skip
def test_names_and_words_that_end_alike_are_no_betting_sites(text: str) -> None:
    assert all(signal.score < HOLD_AT[Kind.SPAM_PHRASES] for signal in kinds(phrases, text).values())
