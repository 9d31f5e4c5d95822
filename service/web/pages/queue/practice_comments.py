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
    new, known = _("first comment here"), _("12 approved, 1 rejected")
    return [
        Lesson(
            "Ines", new, bakery, _("My grandmother bought her rolls there every Saturday. I will miss the smell in the morning."),
            _("Site rule"), _("this site holds every comment for a person first"), ("approve",),
            _("Nothing speaks against it: a kind word and no more. Most of what waits is like this. Press a and go on."),
        ),
        Lesson(
            "EasyMoney", new, cycle, _("I earn 400 a day from my kitchen, and so can you! Write to me today, only three places left."),
            _("Spam"), _("spam phrases: “earn … a day”, “only … left”"), ("spam", "reject"),
            _("It has nothing to do with the article and wants to sell. The key s rejects it as spam, in one go."),
            found=_("I earn 400 a day"),
        ),
        Lesson(
            "Bert", known, cycle, _("You are a brainless clown, Marek. Somebody like you should not be allowed to write here."),
            _("Abuse"), _("reads like an attack on a person"), ("reject",),
            _("It attacks the person, not what he said. Press r, then the number of the reason: the author can be told why."),
            found=_("brainless clown"),
        ),
        Lesson(
            "Henrike", known, cycle, _("A driver called me an idiot for cycling there. He later said sorry, and we both laughed."),
            _("Profanity"), _("a word from the list of mild profanity"), ("approve",),
            _("The word is only quoted. A check sees words; you see who says what of whom."),
            found=_("idiot"),
        ),
        Lesson(
            "Marek", known, cycle, _("This plan is rubbish, it costs far too much, and the mayor knows it very well."),
            _("Profanity"), _("a word from the list of mild profanity"), ("approve",),
            _("Hard in the matter, but about a plan and somebody in office. Sharp opinions are what comments are for."),
            found=_("rubbish"),
        ),
        Lesson(
            "Watcher", new, bakery, _("The owner is on holiday until the 14th. If you want to ask her why, ring her at home: 555 0143."),
            _("Personal data"), _("a phone number"), ("reject",),
            _("Somebody else’s number, and an empty house besides. Personal data of others does not belong in public."),
            found="555 0143",
        ),
        Lesson(
            "Lena", known, bakery, _("Born and bred in Scunthorpe, and we have no bakery left either."),
            _("Profanity"), _("a word inside another word"), ("approve",),
            _("It is the name of a town. When a check errs like this again and again, an admin can allow the word under Settings."),
            found="Scunthorpe",
        ),
        Lesson(
            "Anna", known, cycle, _("Has anybody asked the water board? The bank floods every few years."),
            _("Not checked"), _("the spam check timed out"), ("approve",),
            _("A check that failed has found nothing: the card says so, and you read with your own eyes."),
        ),
        Lesson(
            "North Side", new, cycle, _("We know where the councillors park in the evening. They will remember this vote."),
            _("Abuse"), _("reads like a threat"), ("escalate", "reject"),
            _("It may be a threat, and that is not for you alone to judge: the key e leaves it to an admin, and it waits under a tab of its own."),
            found=_("We know where the councillors park"),
        ),
        Lesson(
            "Robin", new, bakery, _("Selling my old oven, hardly used. Come and see it at number 7, every day after five."),
            _("Spam"), _("reads like an advertisement"), ("reject", "spam"),
            _("No villain, only the wrong place. A reason with a friendly word (“Advertising”) helps more than calling it spam."),
        ),
    ]  # fmt: skip
