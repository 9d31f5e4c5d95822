"""Reads one text with the transformer: as a whole and sentence by sentence, at most 256 pieces, and finds the words that its score rests on."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from workers.checks.deep.transformer import Logits, Transformer
from workers.checks.deep.wordpiece import Word

#: At most MOST pieces of a text are read, in windows of WINDOW pieces that share OVERLAP. The transformer was trained on short
#: comments, and in a long one a hateful sentence drowns. So each sentence (of SHORT pieces or more) is read alone, too. Out of its
#: context it must be clearer: it counts with DISCOUNT less log-odds.
MOST, WINDOW, OVERLAP, SHORT, DISCOUNT = 256, 64, 16, 8, 1.5
#: A reason names at most NAMED words, after trying at most TRIED.
NAMED, TRIED = 4, 16

#: Words that say nothing without their neighbours. They are not tried, to save time.
_SMALL = frozenset(
    [
        "a",
        "an",
        "the",
        "and",
        "or",
        "but",
        "if",
        "of",
        "to",
        "in",
        "on",
        "at",
        "by",
        "for",
        "with",
        "from",
        "as",
        "is",
        "are",
        "was",
        "were",
        "be",
        "been",
        "am",
        "do",
        "does",
        "did",
        "has",
        "have",
        "had",
        "i",
        "you",
        "he",
        "she",
        "it",
        "we",
        "they",
        "me",
        "him",
        "her",
        "us",
        "them",
        "my",
        "your",
        "his",
        "its",
        "our",
        "their",
        "this",
        "that",
        "these",
        "those",
        "there",
        "here",
        "so",
        "will",
        "would",
        "should",
        "could",
        "can",
        "may",
        "must",
        "just",
        "very",
        "really",
        "than",
        "then",
        "too",
        "also",
        "what",
        "who",
        "when",
        "where",
        "why",
        "how",
    ]
)


@dataclass(frozen=True, slots=True)
class Window:
    """Words that are read together, and the log-odds that are taken off."""

    words: tuple[Word, ...]
    discount: float = 0.0

    def logits(self, model: Transformer, *, without: Sequence[Word] = ()) -> Logits:
        """What the transformer says about these words, without some of them."""
        pieces = [piece for word in self.words if word not in without for piece in word.pieces]
        read = model.read(pieces[:WINDOW])
        return Logits(read.attack - self.discount, read.hate - self.discount)


@dataclass(frozen=True, slots=True)
class DeepReading:
    """The highest log-odds over the windows, the window of each, and how many of the text's words were read."""

    attack: float
    hate: float
    attack_window: Window
    hate_window: Window
    read: int
    total: int


def read_text(model: Transformer, folded: str) -> DeepReading:
    """What the transformer says about a folded text."""
    words = model.words.words(folded)
    taken = _first_words(words)
    windows = [Window(window) for window in _cut(taken)]
    sentences = list(_sentences(folded, taken))
    if len(sentences) > 1:
        windows += [Window(window, DISCOUNT) for sentence in sentences for window in _cut(sentence)]
    read = [(window.logits(model), window) for window in windows]
    attack, hate = max(read, key=lambda each: each[0].attack), max(read, key=lambda each: each[0].hate)
    return DeepReading(attack[0].attack, hate[0].hate, attack[1], hate[1], len(taken), len(words))


def telling_words(
    model: Transformer, folded: str, window: Window, score: Callable[[Logits], float], *, below: float
) -> list[Word]:
    """The words that the score of a window rests on, in their order: removed together, the score drops most, at best below the
    limit."""
    tried = _tried(folded, window.words)
    before = score(window.logits(model))
    alone = [score(window.logits(model, without=(word,))) for word in tried]
    heaviest = [tried[at] for at in sorted(range(len(tried)), key=lambda at: alone[at]) if alone[at] < before][:NAMED]
    named: list[Word] = []
    for word in heaviest:
        named.append(word)
        if score(window.logits(model, without=named)) < below:
            break
    return sorted(named, key=lambda word: word.start)


def quoted(folded: str, words: Sequence[Word]) -> list[tuple[int, int]]:
    """The places of these words; neighbours that only blanks part are one place."""
    places: list[tuple[int, int]] = []
    for word in words:
        if places and not folded[places[-1][1] : word.start].strip():
            places[-1] = (places[-1][0], word.end)
        else:
            places.append((word.start, word.end))
    return places


def _tried(folded: str, window: Sequence[Word]) -> list[Word]:
    """The words worth trying, the longest ones first if there are many."""
    found = [word for word in window if word.pieces and _says_something(folded[word.start : word.end])]
    return sorted(found, key=lambda word: word.start - word.end)[:TRIED]


def _says_something(word: str) -> bool:
    return word not in _SMALL and (word[0].isalnum() or word[0] > "\u2190")


def _first_words(words: Sequence[Word]) -> list[Word]:
    pieces, taken = 0, []
    for word in words:
        pieces += len(word.pieces)
        if pieces > MOST:
            break
        taken.append(word)
    return taken


def _sentences(folded: str, words: Sequence[Word]) -> Iterator[list[Word]]:
    """The sentences; one of fewer than SHORT pieces goes together with the next."""
    sentence: list[Word] = []
    for at, word in enumerate(words):
        sentence.append(word)
        ends = folded[word.start] in ".!?" and not (at + 1 < len(words) and folded[words[at + 1].start] in ".!?\"')")
        if ends and _length(sentence) >= SHORT:
            yield sentence
            sentence = []
    if sentence:
        yield sentence


def _cut(words: Sequence[Word]) -> Iterator[tuple[Word, ...]]:
    """Words in windows of at most WINDOW pieces. A word with more pieces than that is read cut off."""
    start = 0
    while True:
        pieces, end = 0, start
        while end < len(words) and (pieces := pieces + len(words[end].pieces)) <= WINDOW:
            end += 1
        yield tuple(words[start : max(end, start + 1)])
        if end >= len(words):
            return
        start = max(start + 1, _back(words, end))


def _length(words: Sequence[Word]) -> int:
    return sum(len(word.pieces) for word in words)


def _back(words: Sequence[Word], end: int) -> int:
    """The place of the word from which OVERLAP pieces lead to `end`."""
    pieces = 0
    while end and (pieces := pieces + len(words[end - 1].pieces)) <= OVERLAP:
        end -= 1
    return end
