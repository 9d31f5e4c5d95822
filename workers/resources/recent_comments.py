"""Recent comments in a worker's bounded memory: finds near-duplicates, and counts links to the same host."""

from collections import OrderedDict, deque
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from service.domain.text.links import hosts_in
from service.domain.text.near_duplicates import NearDuplicateIndex, simhash
from service.store.comments.check_input import ClaimedComment

#: HOUR: the time window in seconds. SHORT: texts with fewer characters are not compared, because they are alike by chance.
HOUR, SHORT = 3600.0, 50
MOST_A_SITE, MOST_SITES = 1_000, 100


@dataclass(frozen=True, slots=True)
class Before:
    """Counts of earlier comments within one hour. `like`: how many have nearly the same text as this comment.

    `links_to`: for each host that this comment links to, how many earlier ones link to it.
    """

    like: int = 0
    links_to: tuple[tuple[str, int], ...] = ()


class RecentComments:
    """The comments that this process has checked recently. Each process sees only a share of a flood, enough to notice it."""

    def __init__(self) -> None:
        self._of_today, self._of_old = _Memory(), _Memory()

    def before(self, batch: Sequence[ClaimedComment]) -> dict[UUID, Before]:
        """The counts for each comment of a batch, by comment id. Identical texts are not included: the database counts them."""
        return {item.comment_id: self._before(item) for item in batch}

    def _before(self, item: ClaimedComment) -> Before:
        received = item.reading.circumstances.received_at
        # An edited comment, or one that was claimed before, would be counted as a near-duplicate of itself.
        if item.revision > 1 or item.claims > 1 or received is None:
            return Before()
        at, written = received.timestamp(), (item.reading.circumstances.posted_at or received).timestamp()
        if abs(at - written) < HOUR:
            return self._of_today.before(item, item.site_id, at)
        # Imported comments arrive within seconds and in any order. So each hour of the past is stored like a separate site.
        hour = written // HOUR
        return self._of_old.before(item, f"{item.site_id} {hour:.0f}", hour * HOUR)


class _Memory:
    """The latest simhashes and links of each name (a site, or a site and an hour), each with its time in seconds.

    Within a name the times never decrease.
    """

    def __init__(self) -> None:
        self._lately = NearDuplicateIndex(most=MOST_A_SITE, sites=MOST_SITES)
        self._linked: OrderedDict[str, deque[tuple[float, str]]] = OrderedDict()

    def before(self, item: ClaimedComment, name: str, at: float) -> Before:
        return Before(self._like(item, name, at), self._links(item, name, at))

    def _like(self, item: ClaimedComment, name: str, at: float) -> int:
        if len(item.reading.text) < SHORT:
            return 0
        one = simhash(item.reading.text)
        like = self._lately.like(name, one, since=at - HOUR)
        self._lately.add(name, [one], at=at)
        return max(0, like - item.reading.recent.same_text)

    def _links(self, item: ClaimedComment, name: str, at: float) -> tuple[tuple[str, int], ...]:
        hosts = hosts_in(item.reading.text)
        if not hosts:
            return ()
        seen = self._linked.setdefault(name, deque(maxlen=MOST_A_SITE))
        self._linked.move_to_end(name)
        counts = tuple((host, sum(since > at - HOUR and other == host for since, other in seen)) for host in sorted(hosts)[:5])
        seen.extend((at, host) for host in sorted(hosts)[:5])
        while len(self._linked) > MOST_SITES:
            self._linked.popitem(last=False)
        return counts
