"""The synthetic comments of a small town, for screenshots, the axe tests and demos of a full queue."""

from service.domain.policy.signals import Kind, Signal, Span
from service.domain.states import State
from tests.support.seeding import Seed

CYCLE = "Council approves new cycle path along the river"
BAKERY = "The bakery on Mill Lane closes after ninety years"
BUS = "Night buses return in spring"
SCHOOL = "Primary school asks parents to walk the last mile"


def _two(kind: Kind, rule: str, score: float, *spans: tuple[int, int, str, str]) -> Signal:
    return Signal(kind, score, rule, tuple(Span(*span) for span in spans), check="seeded")


SEEDS: tuple[Seed, ...] = (
    # Already decided comments, so that authors and threads have a history.
    *(
        Seed(text, name, thread, State.APPROVED, minutes=minutes, name_of=name_of)
        for text, name, thread, minutes, name_of in (
            ("My grandmother bought her rolls there every Saturday. I will miss the smell in the morning.", "Ines", BAKERY, 60 * 24 * 70, ""),
            ("Finally. I have waited for this since I sold my car.", "Marek", CYCLE, 60 * 24 * 40, ""),
            ("Who pays for the lighting? The plan on page 12 leaves that open.", "Ines", CYCLE, 60 * 24 * 30, ""),
            ("The last bus at 22:40 was always full, so this makes sense.", "Teodora", BUS, 60 * 26, ""),
            ("I walked to school as a child and it did me no harm.", "Marek", SCHOOL, 60 * 25, ""),
            ("The river floods that bank every few years. Has anyone asked the water board?", "Henrike", CYCLE, 60 * 9, "river"),
            ("A good day for everyone who goes to work by bicycle.", "Teodora", CYCLE, 60 * 8, ""),
        )
    ),
    Seed("Cheap watches, real gold, write to me", "Goldie", BUS, State.REJECTED, Kind.SPAM_PHRASES, "“cheap watches” is on the list of spam phrases", 0.9, minutes=60 * 30),
    # Comments that wait for a decision.
    Seed(
        "The water board was asked, and said no. But of course this council of b4st@rds does as it likes, and we get to pay for the damned thing twice.",
        "Marek", CYCLE, kind=Kind.PROFANITY_STRONG, rule="strong profanity: bastards", score=0.86, found={"b4st@rds": "bastards"},
        minutes=62, parent="river", language="en",
        also=(_two(Kind.PROFANITY_MILD, "mild profanity: damned", 0.31, (123, 129, "damned", "damned")),),
    ),
    Seed(
        "Best price replica bags, visit bags-4-you.example/river and bags-4-you.example/sale today, code RIVER",
        "Bargain Corner", CYCLE, kind=Kind.SPAM_LINKS, rule="2 links (one is usual)", score=0.93,
        found={"bags-4-you.example/river": "", "bags-4-you.example/sale": ""}, minutes=48, url="https://bags-4-you.example",
        also=(_two(Kind.SPAM_PHRASES, "an advertising phrase: 'best price'", 0.71, (0, 10, "Best price", "best price")),),
    ),
    *(
        Seed(
            "Earn 400 a day from home!!! Ask me how on the messenger", f"Lucky {n}", thread, kind=Kind.SPAM_DUPLICATE,
            rule="same text posted 6 times before in the last hour (3 on other articles)", score=0.88, minutes=41 - n / 2,
            found={"Earn 400 a day from home": "earn 400 a day from home"},
        )
        for n, thread in enumerate((CYCLE, BAKERY, BUS, CYCLE, BAKERY, BUS, CYCLE))
    ),
    Seed(
        "If you want to talk about it, call me on 0555 010 4477 after six. I was the planner of the first draft and I still have all the drawings.",
        "Henrike", CYCLE, kind=Kind.PRIVACY_PHONE, rule="a phone number", score=0.62, found={"0555 010 4477": ""}, minutes=35, language="en",
    ),
    Seed(
        "What an idiotic idea. People like you should be run over by your own bicycles.",
        "Anon", CYCLE, kind=Kind.ABUSE_MODEL, rule="looks like a personal attack (91%)", score=0.91,
        found={"People like you should be run over": ""}, minutes=33, language="en",
    ),
    Seed(
        "هذه فكرة جميلة للمدينة، لكن أرجو أن تراجعوا الرابط example.test/خطة قبل الموافقة.",
        "سلمى", CYCLE, kind=Kind.SPAM_LINKS, rule="a link to example.test", score=0.55, found={"example.test/خطة": ""}, minutes=29, language="ar",
    ),
    Seed(
        "Das ist doch alles Kinderkram. Wer um Himmels willen fährt im Januar mit dem Rad?", "Jörg", CYCLE,
        kind=Kind.NOT_CHECKED, rule="the spam check took longer than 2 s", score=1.0, minutes=26, language="de",
    ),
    Seed(
        "Great a\u200brti\u200bcle, thanks! \u202efdp.exe\u202c has the rest of the plan.", "Reader", BAKERY,
        kind=Kind.SPAM_GIBBERISH, rule="gibberish", score=0.74, minutes=24,
    ),
    Seed("They should reopen it as a cooperative. I would put in 200 myself.", "Ines", BAKERY, kind=Kind.SITE_HOLDS_EVERYTHING, rule="this site reviews every comment before it is published", score=1.0, minutes=20, verified=True, language="en"),
    Seed(
        "Night buses? For whom? The three drunks at the station? " + "I have lived here for forty years and we never needed one. " * 6,
        "Old Town", BUS, kind=Kind.TRUST_REJECTED_BEFORE, rule="2 of 3 earlier comments by this author were rejected", score=0.58, minutes=16, language="en",
    ),
    Seed("Sch*** Idee, ehrlich.", "Nina", SCHOOL, kind=Kind.PROFANITY_MILD, rule="mild profanity: scheiss", score=0.52, found={"Sch***": "scheiss"}, minutes=12, language="de"),
    Seed("Nice school. Nice children. Where exactly do they walk?", "Watcher", SCHOOL, kind=Kind.SITE_BLOCKED_WORD, rule="a word that this site holds for review: where exactly do they", score=1.0, found={"Where exactly do they": "where exactly do they"}, minutes=7, language="en"),
    Seed("<b>first!</b> <script>alert(1)</script>", "<i>me</i>", SCHOOL, kind=Kind.SPAM_TOO_FAST, rule="sent 0.4 s after the form was opened", score=0.66, minutes=3),
)  # fmt: skip
