"""The shipped transformer: its weights are mapped from their file, and it says the same as the whole model."""

from pathlib import Path

import pytest

from workers.checks.deep.transformer import GRAPH, WEIGHTS, Transformer

pytest.importorskip("onnxruntime")


def test_the_weights_are_mapped_and_give_what_the_whole_model_gives() -> None:
    mapped, whole = Transformer(GRAPH), Transformer(WEIGHTS.read_bytes())
    assert str(WEIGHTS) in Path("/proc/self/maps").read_text(), "the weights were copied into the memory of the process"
    for text in ("what a lovely day for the council", "they are vermin and should be thrown out"):
        pieces = [piece for word in mapped.words.words(text) for piece in word.pieces]
        assert len(pieces) > 5
        assert mapped.read(pieces) == whole.read(pieces)
    assert mapped.calibration == whole.calibration
