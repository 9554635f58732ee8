"""all-MiniLM-L6-v2 in numpy: its tokenizer, its forward pass, and nothing else.

The table of words stays in the file: it is mapped, so that only the rows in use cost memory. The
layers' matrices are copied once, laid out for fast products (43 MB). The calculation follows BERT
(Devlin et al., 2018) as the model card of sentence-transformers/all-MiniLM-L6-v2 describes it:
mean of the last layer's tokens, scaled to length 1.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import struct
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

__all__ = ["MiniLM", "UnusableWeightsError", "WordPiece"]

Vectors = NDArray[np.float32]

_HEADS = 12
_HEAD_SIZE = 32
_LAYERS = 6
_DIMENSIONS = 384
_EPSILON = 1e-12
_ROWS_AT_ONCE = 16
"""Tokens whose wide states fit the processor's nearest cache together."""
_LONGEST_WORD = 100
_SPECIAL = ("[UNK]", "[CLS]", "[SEP]")
_MOST_HEADER = 1_000_000
_MOST_AT_ONCE = 768
"""Tokens that go through the layers together; bounds the memory of a long prompt."""


class UnusableWeightsError(Exception):
    """A folder holds no weights that can be read; the message says why."""


class WordPiece:
    """BERT's uncased tokenizer: words and signs, then the longest known pieces of each word."""

    def __init__(self, vocabulary: Sequence[str]) -> None:
        self._ids = {piece: number for number, piece in enumerate(vocabulary)}
        if missing := [piece for piece in _SPECIAL if piece not in self._ids]:
            raise UnusableWeightsError(f"vocab.txt lacks {', '.join(missing)}")
        self.unknown, self.begin, self.end = (self._ids[piece] for piece in _SPECIAL)
        self._known: dict[str, list[int]] = {}

    def tokens(self, text: str) -> list[int]:
        """Give the numbers of the pieces of *text*, without the marks of beginning and end."""
        found: list[int] = []
        for word in _basic_words(text):
            pieces = self._known.get(word)
            if pieces is None:
                pieces = self._pieces(word)
                if len(self._known) < 50_000:
                    self._known[word] = pieces
            found += pieces
        return found

    def _pieces(self, word: str) -> list[int]:
        if len(word) > _LONGEST_WORD:
            return [self.unknown]
        pieces = []
        start = 0
        while start < len(word):
            for end in range(len(word), start, -1):
                number = self._ids.get(("##" if start else "") + word[start:end])
                if number is not None:
                    break
            else:
                return [self.unknown]
            pieces.append(number)
            start = end
        return pieces


def _basic_words(text: str) -> list[str]:
    """Lower case, no accents, blanks around punctuation and Chinese signs, no control signs."""
    spaced = []
    for sign in unicodedata.normalize("NFD", text.lower()):
        kind = unicodedata.category(sign)
        if sign in "\t\n\r" or kind == "Zs":
            spaced.append(" ")
        elif kind in {"Mn", "Cc", "Cf", "Cn", "Co", "Cs"} or sign == "\ufffd":
            continue
        elif kind.startswith("P") or sign in "$+<=>^`|~" or _is_chinese(ord(sign)):
            spaced.append(f" {sign} ")
        else:
            spaced.append(sign)
    return "".join(spaced).split()


def _is_chinese(code: int) -> bool:
    return (
        0x4E00 <= code <= 0x9FFF
        or 0x3400 <= code <= 0x4DBF
        or 0xF900 <= code <= 0xFAFF
        or 0x20000 <= code <= 0x2CEAF
        or 0x2F800 <= code <= 0x2FA1F
    )


class MiniLM:
    """Turns English texts into 384 numbers each."""

    dimensions = _DIMENSIONS

    def __init__(self, folder: Path) -> None:
        """Open the model in *folder* (`model.safetensors` and `vocab.txt`).

        Raises:
            UnusableWeightsError: they are missing or are not this model's.
        """
        try:
            vocabulary = (folder / "vocab.txt").read_text(encoding="utf-8").split("\n")
            weights = _mapped(folder / "model.safetensors")
        except (OSError, ValueError, UnicodeDecodeError) as error:
            raise UnusableWeightsError(str(error)) from None
        self.tokenizer = WordPiece(vocabulary)
        try:
            self._embedding = weights["embeddings.word_embeddings.weight"]
            self._positions = (
                weights["embeddings.position_embeddings.weight"]
                + (weights["embeddings.token_type_embeddings.weight"][0])
            )
            self._norm = _norm_of(weights, "embeddings.LayerNorm")
            self._layers = [_Layer(weights, f"encoder.layer.{at}") for at in range(_LAYERS)]
        except KeyError as error:
            raise UnusableWeightsError(f"model.safetensors has no {error.args[0]}") from None
        if self._embedding.shape[1] != _DIMENSIONS:
            raise UnusableWeightsError("model.safetensors is of another model")
        self.longest = len(self._positions) - 2
        _pin_blas()

    def embed(self, texts: Sequence[str], longest: int = 256) -> Vectors:
        """Give one row of length 1 for each text, of which the first *longest* tokens are read."""
        longest = min(longest, self.longest)
        known = [self.tokenizer.tokens(text)[:longest] for text in texts]
        rows = np.zeros((len(texts), _DIMENSIONS), dtype=np.float32)
        for group in _groups([len(tokens) + 2 for tokens in known]):
            rows[group] = self._forward([known[at] for at in group])
        return rows

    def _forward(self, texts: Sequence[Sequence[int]]) -> Vectors:
        """Run texts through the layers, packed one after the other without padding."""
        begin, end = self.tokenizer.begin, self.tokenizer.end
        numbers = [number for tokens in texts for number in (begin, *tokens, end)]
        bounds = np.cumsum([0, *(len(tokens) + 2 for tokens in texts)])
        places = np.concatenate([np.arange(len(tokens) + 2) for tokens in texts])
        spans = [slice(a, b) for a, b in pairwise(bounds)]
        states = _normed(self._embedding[numbers] + self._positions[places], *self._norm)
        for layer in self._layers:
            states = layer.apply(states, spans)
        means = np.stack([states[span].mean(axis=0) for span in spans])
        unit: Vectors = means / np.linalg.norm(means, axis=1, keepdims=True)
        return unit


class _Layer:
    """One transformer layer; its matrices are copied as the products read them fastest."""

    def __init__(self, weights: dict[str, Vectors], name: str) -> None:
        def dense(*parts: str) -> tuple[Vectors, Vectors]:
            whole = np.vstack([weights[f"{name}.{part}.weight"] for part in parts])
            shift = np.hstack([weights[f"{name}.{part}.bias"] for part in parts])
            return np.ascontiguousarray(whole.T), shift

        asked = dense(*(f"attention.self.{part}" for part in ("query", "key", "value")))
        for part in asked:
            part[..., :_DIMENSIONS] *= _HEAD_SIZE**-0.5  # the scores are scaled once for all
        self._asked = asked
        self._joined = dense("attention.output.dense")
        self._first_norm = _norm_of(weights, f"{name}.attention.output.LayerNorm")
        self._wide = dense("intermediate.dense")
        self._narrow = dense("output.dense")
        self._second_norm = _norm_of(weights, f"{name}.output.LayerNorm")

    def apply(self, states: Vectors, spans: Sequence[slice]) -> Vectors:
        """Let the tokens of each span look at each other, then transform each token."""
        heads = _product(states, self._asked).reshape(-1, 3, _HEADS, _HEAD_SIZE)
        query, key, value = heads.transpose(1, 2, 0, 3)
        seen = np.empty_like(states)
        for span in spans:
            scores = query[:, span] @ key[:, span].transpose(0, 2, 1)
            scores -= scores.max(axis=-1, keepdims=True)
            np.exp(scores, out=scores)
            scores /= scores.sum(axis=-1, keepdims=True)
            mixed = scores @ value[:, span]
            seen[span] = mixed.transpose(1, 0, 2).reshape(-1, _DIMENSIONS)
        states = _normed(_product(seen, self._joined, states), *self._first_norm)
        wide = _product(states, self._wide)
        _gelu(wide)
        return _normed(_product(wide, self._narrow, states), *self._second_norm)


def _product(
    states: Vectors, dense: tuple[Vectors, Vectors], residual: Vectors | None = None
) -> Vectors:
    weight, bias = dense
    result: Vectors = states @ weight
    result += bias
    if residual is not None:
        result += residual
    return result


def _norm_of(weights: dict[str, Vectors], name: str) -> tuple[Vectors, Vectors]:
    return weights[f"{name}.weight"], weights[f"{name}.bias"]


def _normed(states: Vectors, scale: Vectors, shift: Vectors) -> Vectors:
    """Normalise each row, in place."""
    states -= states.mean(axis=-1, keepdims=True)
    spread = np.einsum("ij,ij->i", states, states)[:, None] / states.shape[-1]
    states /= np.sqrt(spread + np.float32(_EPSILON))
    states *= scale
    states += shift
    return states


def _gelu(states: Vectors) -> None:
    """Apply x·Φ(x) in place, with Φ as a logistic curve (error below 3e-5): half of erf's work."""
    with np.errstate(over="ignore"):  # far below 0 the curve is 0, by way of infinity
        for begin in range(0, len(states), _ROWS_AT_ONCE):
            part = states[begin : begin + _ROWS_AT_ONCE]
            squares = part * part
            np.minimum(squares, np.float32(25), out=squares)
            curve = squares * np.float32(7.03033749e-4)
            curve -= np.float32(7.40112932e-2)
            curve *= squares
            curve -= np.float32(1.59501577)
            curve *= part
            np.exp(curve, out=curve)
            curve += np.float32(1)
            part /= curve


def _mapped(path: Path) -> dict[str, Vectors]:
    """Map the float tensors of a safetensors file."""
    with path.open("rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        if length > _MOST_HEADER:
            raise ValueError("model.safetensors has no readable header")
        header = json.loads(file.read(length))
    data = np.memmap(path, dtype=np.uint8, mode="r", offset=8 + length)
    tensors: dict[str, Vectors] = {}
    for name, about in header.items():
        if name == "__metadata__" or about["dtype"] != "F32":
            continue
        begin, end = about["data_offsets"]
        tensors[name.removeprefix("bert.")] = (
            np.asarray(data[begin:end]).view(np.float32).reshape(about["shape"])
        )
    return tensors


def _groups(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Deal texts into groups that go through the layers together."""
    group: list[int] = []
    used = 0
    for at, length in enumerate(lengths):
        if group and used + length > _MOST_AT_ONCE:
            yield group
            group, used = [], 0
        group.append(at)
        used += length
    if group:
        yield group


@cache
def _pin_blas() -> None:
    """Keep numpy's products on one thread for good: more made one call in twenty take seconds."""
    folder = Path(np.__file__).parent.parent / "numpy.libs"
    for path in sorted(folder.glob("*openblas*")) if folder.is_dir() else ():
        with contextlib.suppress(OSError):
            library = ctypes.CDLL(str(path))
            for beginning in ("scipy_", ""):
                for ending in ("64_", ""):
                    name = f"{beginning}openblas_set_num_threads{ending}"
                    if (put := getattr(library, name, None)) is not None:
                        put(1)
                        return
