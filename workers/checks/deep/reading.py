"""Reads one text with the transformer: sentence by sentence, at most 256 pieces, and finds the words that its score rests on."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from workers.checks.deep.transformer import Logits, Transformer
from workers.checks.deep.wordpiece import Word

#: At most this many pieces of a text are read, sentence by sentence, in windows of at most WINDOW pieces: the transformer was
#: trained on short comments, and in a long window one hateful sentence would drown. Two windows of one sentence share OVERLAP pieces.
MOST, WINDOW, OVERLAP, SHORT = 256, 40, 10, 8
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
class DeepReading:
    """The highest log-odds over the windows, the window of each, and how many of the text's words were read."""

    attack: float
    hate: float
    attack_window: tuple[Word, ...]
    hate_window: tuple[Word, ...]
    read: int
    total: int


def read_text(model: Transformer, folded: str) -> DeepReading:
    """What the transformer says about a folded text."""
    words = model.words.words(folded)
    taken = _first_words(words)
    windows = _windows(folded, taken)
    logits = [_read(model, window) for window in windows]
    by_attack = max(range(len(windows)), key=lambda at: logits[at].attack)
    by_hate = max(range(len(windows)), key=lambda at: logits[at].hate)
    return DeepReading(
        logits[by_attack].attack, logits[by_hate].hate, windows[by_attack], windows[by_hate], len(taken), len(words)
    )


def telling_words(
    model: Transformer, folded: str, window: Sequence[Word], score: Callable[[Logits], float], *, below: float
) -> list[Word]:
    """The words that the score of a window rests on, in their order: removed together, the score drops most, at best below the
    limit."""
    tried = _tried(folded, window)
    before = score(_read(model, window))
    alone = [score(_read(model, [other for other in window if other is not word])) for word in tried]
    heaviest = [tried[at] for at in sorted(range(len(tried)), key=lambda at: alone[at]) if alone[at] < before][:NAMED]
    named: list[Word] = []
    for word in heaviest:
        named.append(word)
        if score(_read(model, [other for other in window if other not in named])) < below:
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


def _windows(folded: str, words: Sequence[Word]) -> list[tuple[Word, ...]]:
    """The sentences of the text one by one, and a short text as a whole, too: "they" may be named one sentence earlier."""
    windows = [window for sentence in _sentences(folded, words) for window in _cut(sentence)]
    if len(windows) > 1 and _length(words) <= WINDOW:
        windows.append(tuple(words))
    return windows or [()]


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


def _cut(sentence: Sequence[Word]) -> Iterator[tuple[Word, ...]]:
    """A sentence in windows of at most WINDOW pieces. A word with more pieces than that is read cut off."""
    start = 0
    while True:
        pieces, end = 0, start
        while end < len(sentence) and (pieces := pieces + len(sentence[end].pieces)) <= WINDOW:
            end += 1
        yield tuple(sentence[start : max(end, start + 1)])
        if end >= len(sentence):
            return
        start = max(start + 1, _back(sentence, end))


def _length(words: Sequence[Word]) -> int:
    return sum(len(word.pieces) for word in words)


def _back(words: Sequence[Word], end: int) -> int:
    """The place of the word from which OVERLAP pieces lead to `end`."""
    pieces = 0
    while end and (pieces := pieces + len(words[end - 1].pieces)) <= OVERLAP:
        end -= 1
    return end


def _read(model: Transformer, words: Sequence[Word]) -> Logits:
    return model.read([piece for word in words for piece in word.pieces][:WINDOW])
