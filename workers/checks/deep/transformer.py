"""The transformer in memory: one onnxruntime session of one thread, and its vocabulary. Loaded once per process tree."""

import importlib.util
import json
import logging
import os
from dataclasses import dataclass
from functools import cache
from math import exp
from pathlib import Path
from typing import Any

from workers.checks.deep.wordpiece import CLS, SEP, WordPiece

log = logging.getLogger("greenroom.transformer")

#: The graph, whose weights are mapped from the other file; that one is a whole model by itself, too.
GRAPH, WEIGHTS = (Path(__file__).parent.parent / "models" / name for name in ("transformer.graph.onnx", "transformer.onnx"))
#: The packages that read it: the optional extra `greenroom[deep]`.
PACKAGES = ("onnxruntime", "numpy")


@dataclass(frozen=True, slots=True)
class Logits:
    """What the two heads say about one text, as log-odds. 0 is even."""

    attack: float
    hate: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """Turns log-odds into scores. It was found on texts that were not trained on, and is stored in the model's file.

    `hate_limit` is the log-odds at which hate scores 0.5. An attack's log-odds are a weighted sum of both models'.
    """

    hate_limit: float
    hate_slope: float
    linear_weight: float
    attack_weight: float
    attack_shift: float

    def hate(self, log_odds: float) -> float:
        """The score for hate against a group."""
        return chance_of(self.hate_slope * (log_odds - self.hate_limit))

    def abuse(self, linear: float, attack: float) -> float:
        """The score for an attack, from the log-odds of the linear model and of the transformer."""
        return chance_of(self.linear_weight * linear + self.attack_weight * attack + self.attack_shift)


def chance_of(log_odds: float) -> float:
    """The probability for these log-odds."""
    return 1 / (1 + exp(-max(-30.0, min(30.0, log_odds))))


class Transformer:
    """Reads one text at a time. In a batch the rounding of one text would depend on the others; and it would save nothing."""

    def __init__(self, stored: bytes | Path) -> None:
        # A thread pool of a numeric library would not survive the fork of a worker.
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
        import numpy
        import onnxruntime

        onnxruntime.disable_telemetry_events()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
        # The graph was written with the fused operators. Without rewriting it loads fast, and every release computes the same.
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        options.log_severity_level = 3
        # An arena would keep the memory of the longest text.
        options.enable_cpu_mem_arena = options.enable_mem_pattern = False
        self._session: Any = onnxruntime.InferenceSession(
            stored if isinstance(stored, bytes) else str(stored), options, providers=["CPUExecutionProvider"]
        )
        self._array: Any = numpy.array
        stored_with = self._session.get_modelmeta().custom_metadata_map
        self.calibration = Calibration(**json.loads(stored_with["calibration"]))
        self.words = WordPiece.of(stored_with["vocabulary"].split("\n"))
        self._first, self._last = self.words.numbers[CLS], self.words.numbers[SEP]

    def read(self, pieces: list[int]) -> Logits:
        """The log-odds of the two heads for these pieces (without [CLS] and [SEP])."""
        asked = self._array([[self._first, *pieces, self._last]], dtype="int64")
        [[attack, hate]] = self._session.run(None, {"pieces": asked})[0].tolist()
        return Logits(attack, hate)


def shipped_transformer() -> Transformer | None:
    """The transformer that Greenroom ships; None where it is not installed. Loaded at the first call. Raises what loading raised."""
    loaded = _loaded()
    if isinstance(loaded, Exception):
        raise loaded
    return loaded


@cache
def _loaded() -> Transformer | Exception | None:
    if lacking():
        return None
    try:
        return Transformer(GRAPH)
    except Exception as error:
        log.exception("transformer_not_loaded")
        return error


def lacking() -> str:
    """What is missing to read with the transformer, as a sentence; empty if nothing is."""
    if missing := [name for name in PACKAGES if importlib.util.find_spec(name) is None]:
        return f"{' and '.join(missing)} not installed"
    return next((f"{file.name} is not there" for file in (GRAPH, WEIGHTS) if not file.is_file()), "")
