"""Fine-tunes the network on labelled texts. One thread, fixed seeds: the same texts give the same weights on the same processor."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from workers.training.deep.network import FROZEN_LAYERS, Network

LEARNING_RATE, WARM_UP, SMOOTHING, BATCH, EPOCHS = 1e-4, 0.06, 0.02, 48, 1.0
#: Texts of like length share a batch, so that little padding is computed. Batches are drawn from pools of this many.
POOL = 40
UNKNOWN = -1.0


@dataclass(frozen=True, slots=True)
class Lesson:
    """The pieces of a text, with [CLS] and [SEP], and its labels: attack and hate; UNKNOWN where the source does not say."""

    pieces: tuple[int, ...]
    labels: tuple[float, float]


def fine_tune(network: Network, lessons: Sequence[Lesson], told: Callable[[str], None]) -> None:
    """Train the upper layers and the heads in place."""
    torch.set_num_threads(1)
    torch.manual_seed(1)
    torch.use_deterministic_algorithms(mode=True)
    trained = [*network.layers[FROZEN_LAYERS:].parameters(), *network.heads.parameters()]
    steps = int(len(lessons) * EPOCHS / BATCH)
    optimizer = torch.optim.AdamW(trained, lr=LEARNING_RATE, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda at: _rate(at, steps))
    network.train()
    mean = 0.0
    for at, batch in zip(range(steps), _batches(lessons), strict=False):
        loss = _loss(network(*padded([lesson.pieces for lesson in batch])), torch.tensor([lesson.labels for lesson in batch]))
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        schedule.step()
        mean = mean * 0.98 + float(loss.detach()) * 0.02 if at else float(loss.detach())
        if at % 25 == 0:
            told(f"step {at} of {steps}, loss {mean:.3f}")
    network.eval()


def padded(texts: Sequence[tuple[int, ...]]) -> tuple[Tensor, Tensor]:
    """Texts as one table of pieces, with a mask that is 0 where a text has ended."""
    longest = max(map(len, texts))
    pieces = torch.zeros(len(texts), longest, dtype=torch.long)
    mask = torch.zeros(len(texts), longest)
    for row, text in enumerate(texts):
        pieces[row, : len(text)] = torch.tensor(text)
        mask[row, : len(text)] = 1.0
    return pieces, mask


def _loss(logits: Tensor, labels: Tensor) -> Tensor:
    known = (labels != UNKNOWN).float()
    wanted = labels.clamp(min=0) * (1 - SMOOTHING) + SMOOTHING / 2
    return (functional.binary_cross_entropy_with_logits(logits, wanted, reduction="none") * known).sum() / known.sum()


def _rate(step: int, steps: int) -> float:
    warm = max(1, int(steps * WARM_UP))
    return min((step + 1) / warm, max(0.0, (steps - step) / max(1, steps - warm)))


def _batches(lessons: Sequence[Lesson]) -> Iterator[list[Lesson]]:
    chance = random.Random(5)
    while True:
        order = list(lessons)
        chance.shuffle(order)
        for start in range(0, len(order), BATCH * POOL):
            pool = sorted(order[start : start + BATCH * POOL], key=lambda lesson: len(lesson.pieces))
            batches = [pool[at : at + BATCH] for at in range(0, len(pool), BATCH)]
            chance.shuffle(batches)
            yield from batches
