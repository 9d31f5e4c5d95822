"""The checks, in the order they run. A new check is one file with one function, one line here, and one test."""

from collections.abc import Callable, Iterable, Sequence

from service.domain.policy.check_input import CheckInput
from service.domain.policy.signals import Signal
from workers.checks import (
    contact,
    floods,
    forms,
    gibberish,
    group_attacks,
    history,
    language,
    leads,
    links,
    mailboxes,
    models,
    names,
    phrases,
    privacy,
    profanity,
    site_lists,
    site_rules,
    styled_letters,
    threats,
    unnamed_people,
)
from workers.checks.prepared import Prepared

Check = Callable[[Prepared], Iterable[Signal]]

CHECKS: dict[str, Check] = {
    site_lists.CHECK: site_lists.check,  # the site's own lists of blocked and held words, authors and addresses
    site_rules.CHECK: site_rules.check,  # the custom rules of the site's editors
    profanity.CHECK: profanity.check,  # profane words, plain or disguised, of English and of the comment's language
    names.CHECK: names.check,  # an author's name that is an address or an advertisement
    links.CHECK: links.check,  # links, shorteners, blocked domains
    phrases.CHECK: phrases.check,  # phrases of advertisers and of template programs
    contact.CHECK: contact.check,  # chat numbers and mail addresses
    leads.CHECK: leads.check,  # something that a reader could follow or buy
    mailboxes.CHECK: mailboxes.check,  # throw-away mail addresses
    models.CHECK: models.check,  # the models' scores for spam and for abuse
    threats.CHECK: threats.check,  # threats, and calls to hurt oneself
    group_attacks.CHECK: group_attacks.check,  # hate against a whole group, by the grammar of the sentence
    unnamed_people.CHECK: unnamed_people.check,  # hate that does not say who is meant
    gibberish.CHECK: gibberish.check,  # letters that spell nothing
    styled_letters.CHECK: styled_letters.check,  # names in styled letters, or spelled letter by letter
    floods.CHECK: floods.check,  # repeated texts, and too many comments at once
    forms.CHECK: forms.check,  # a filled honeypot field, or sent too fast
    privacy.CHECK: privacy.check,  # telephone and card numbers, street addresses
    language.CHECK: language.check,  # the language of the text, if the host does not send it
    history.CHECK: history.check,  # the outcomes of the author's earlier comments
}


def signals_of(reading: CheckInput) -> tuple[Signal, ...]:
    """The signals of all checks for one comment. A check that fails or takes too long gives a signal too."""
    from workers.checks.run import run

    return run(reading, CHECKS)


def signals_of_each(readings: Sequence[CheckInput]) -> list[tuple[Signal, ...]]:
    """The signals of all checks for each comment. Cheaper than one call per comment."""
    from workers.checks.run import run_each

    return run_each(readings, CHECKS)
