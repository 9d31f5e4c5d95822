"""The ten comments for practice, each with the right decision and the reason for it."""

from dataclasses import dataclass

from service.web.http.i18n import _

NUMBER = 10


@dataclass(frozen=True, slots=True)
class Lesson:
    """One comment as a card shows it. `right`: the correct actions, the best first. `why`: the explanation, shown afterwards."""

    name: str
    trust: str
    where: str
    text: str
    label: str
    rule: str
    right: tuple[str, ...]
    why: str
    found: str = ""


def lessons() -> list[Lesson]:
    """The lessons, translated, from easy to hard."""
    cycle, bakery = _("New cycle path along the river"), _("The bakery on Mill Lane closes")
    new, known = _("first comment"), _("12 approved, 1 rejected")
    return [
        Lesson(
            "Ines", new, bakery, _("My grandmother bought her rolls there every Saturday. I will miss the smell in the morning."),
            _("Site rule"), _("this site reviews every comment before it is published"), ("approve",),
            _("A friendly comment with nothing wrong in it. Most held comments are like this. Press a to approve it."),
        ),
        Lesson(
            "EasyMoney", new, cycle, _("I earn 400 a day from my kitchen, and so can you! Write to me today, only three places left."),
            _("Spam"), _("advertising phrases: “earn … a day”, “only … left”"), ("spam", "reject"),
            _("It has nothing to do with the article and advertises something. Press s to reject it as spam."),
            found=_("I earn 400 a day"),
        ),
        Lesson(
            "Bert", known, cycle, _("You are a brainless clown, Marek. Somebody like you should not be allowed to write here."),
            _("Abuse"), _("looks like a personal attack"), ("reject",),
            _("It attacks the person, not what he said. Press r, then the number of a reason. Your site can show the reason to the author."),
            found=_("brainless clown"),
        ),
        Lesson(
            "Henrike", known, cycle, _("A driver called me an idiot for cycling there. He later said sorry, and we both laughed."),
            _("Profanity"), _("mild profanity"), ("approve",),
            _("The word is only quoted. A check sees words, but you can see who says what about whom."),
            found=_("idiot"),
        ),
        Lesson(
            "Marek", known, cycle, _("This plan is rubbish, it costs far too much, and the mayor knows it very well."),
            _("Profanity"), _("mild profanity"), ("approve",),
            _("Harsh, but about a plan and a public official. Comments exist for strong opinions."),
            found=_("rubbish"),
        ),
        Lesson(
            "Watcher", new, bakery, _("The owner is on holiday until the 14th. If you want to ask her why, ring her at home: 555 0143."),
            _("Personal data"), _("a phone number"), ("reject",),
            _("Somebody else’s phone number, and it tells that a house is empty. Personal data of others must not be published."),
            found="555 0143",
        ),
        Lesson(
            "Lena", known, bakery, _("Born and bred in Scunthorpe, and we have no bakery left either."),
            _("Profanity"), _("a word inside another word"), ("approve",),
            _("It is the name of a town. If a check often makes this mistake, an admin can allow the word in the settings."),
            found="Scunthorpe",
        ),
        Lesson(
            "Anna", known, cycle, _("Has anybody asked the water board? The bank floods every few years."),
            _("Not checked"), _("the spam check timed out"), ("approve",),
            _("A check that failed has found nothing. Read the comment with special care."),
        ),
        Lesson(
            "North Side", new, cycle, _("We know where the councillors park in the evening. They will remember this vote."),
            _("Abuse"), _("looks like a threat"), ("escalate", "reject"),
            _("It may be a threat. You need not decide that alone: press e to pass it to an admin. It then has its own tab."),
            found=_("We know where the councillors park"),
        ),
        Lesson(
            "Robin", new, bakery, _("Selling my old oven, hardly used. Come and see it at number 7, every day after five."),
            _("Spam"), _("looks like an advertisement"), ("reject", "spam"),
            _("Harmless, but off topic here. A reason such as “Advertising” is friendlier than calling it spam."),
        ),
    ]  # fmt: skip
