"""The vocabulary of the transformer: the pieces of the base model that a folded English text can have."""

import re
from pathlib import Path

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]")
#: Folding leaves ASCII letters, digits and signs. Pieces of other scripts and the unused places of BERT are left out.
_READABLE = re.compile(r"[\x21-\x7e]+")


def kept_pieces(base: Path) -> tuple[list[str], list[int]]:
    """The kept pieces, and their numbers in the vocabulary of the base model."""
    pieces = (base / "vocab.txt").read_text(encoding="utf-8").splitlines()
    kept = [(piece, at) for at, piece in enumerate(pieces) if piece in SPECIAL or _is_readable(piece)]
    return [piece for piece, _ in kept], [at for _, at in kept]


def _is_readable(piece: str) -> bool:
    return bool(_READABLE.fullmatch(piece)) and not (piece.startswith("[") and piece.endswith("]") and len(piece) > 2)
