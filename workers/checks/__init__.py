"""What is looked at, in this order. A new check is one file with one function, one line here, and one test."""

from collections.abc import Callable, Iterable, Sequence

from service.domain.policy.check_input import CheckInput
from service.domain.policy.signals import Signal
from workers.checks import (
    contact,
    floods,
    forms,
    gibberish,
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
    threats,
)
from workers.checks.prepared import Prepared

Check = Callable[[Prepared], Iterable[Signal]]

CHECKS: dict[str, Check] = {
    site_lists.CHECK: site_lists.check,  # what this site blocks or holds by itself
    site_rules.CHECK: site_rules.check,  # what its editors want to see first
    profanity.CHECK: profanity.check,  # strong, coarse and mild words, plain or disguised
    names.CHECK: names.check,  # an author's name that is no name
    links.CHECK: links.check,  # links, shorteners, blocked domains
    phrases.CHECK: phrases.check,  # what advertisers and templates say
    contact.CHECK: contact.check,  # chat numbers and mail addresses
    leads.CHECK: leads.check,  # whether there is anything to follow or to buy
    mailboxes.CHECK: mailboxes.check,  # throw-away mail addresses
    models.CHECK: models.check,  # how much it reads like spam or an attack seen elsewhere
    threats.CHECK: threats.check,  # calls to hurt somebody, or oneself
    gibberish.CHECK: gibberish.check,  # letters that spell nothing
    floods.CHECK: floods.check,  # the same again, and too much at once
    forms.CHECK: forms.check,  # hidden fields, and faster than anyone can type
    privacy.CHECK: privacy.check,  # telephone and card numbers, street addresses
    language.CHECK: language.check,  # which language it is in, where the host does not say
    history.CHECK: history.check,  # what became of the author's earlier comments
}


def signals_of(reading: CheckInput) -> tuple[Signal, ...]:
    """What all checks say of one comment. A check that breaks or takes too long is a signal too."""
    from workers.checks.run import run

    return run(reading, CHECKS)


def signals_of_each(readings: Sequence[CheckInput]) -> list[tuple[Signal, ...]]:
    """The same for several comments, which is cheaper than one by one."""
    from workers.checks.run import run_each

    return run_each(readings, CHECKS)
