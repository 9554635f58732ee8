"""MiniLM in numpy and its weights; what needs the real weights is skipped where they are absent."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import pytest

from bootcamp.gateway.practice import PracticeModel, Turn, open_embedder
from bootcamp.gateway.practice.embed import LexicalEmbedder
from bootcamp.gateway.practice.french import gloss
from bootcamp.gateway.practice.minilm import MiniLM, UnusableWeightsError, WordPiece
from bootcamp.gateway.practice.weights import (
    WeightsRefused,
    best_embedder,
    fetch,
    is_complete,
)
from bootcamp.settings import WEIGHTS_FILE, model_folder

with_weights = pytest.mark.skipif(
    not is_complete(model_folder()),
    reason=f"no MiniLM weights in {model_folder()}: `bootcamp model fetch` brings them",
)


def test_folder_is_the_accounts_cache_unless_named(tmp_path: Path) -> None:
    assert model_folder({}).parts[-3:] == ("bootcamp", "models", "all-MiniLM-L6-v2")
    assert model_folder({"BOOTCAMP_MODEL_FOLDER": str(tmp_path)}) == tmp_path


def test_without_weights_the_words_engine_stands_in(tmp_path: Path) -> None:
    assert isinstance(best_embedder(tmp_path), LexicalEmbedder)
    with pytest.raises(UnusableWeightsError, match=r"model\.safetensors"):
        open_embedder(tmp_path)


def test_refuses_other_weights_and_leaves_nothing(tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    source.mkdir()
    (source / WEIGHTS_FILE).write_bytes(b"not the model")
    (source / "vocab.txt").write_text("[UNK]\n")
    with pytest.raises(WeightsRefused, match="not the official"):
        fetch(target, source)
    assert not target.exists()
    assert isinstance(best_embedder(source), LexicalEmbedder)


def test_says_which_file_a_folder_lacks(tmp_path: Path) -> None:
    with pytest.raises(WeightsRefused, match=r"model\.safetensors"):
        fetch(tmp_path / "target", tmp_path)


def test_rejects_files_that_are_no_model(tmp_path: Path) -> None:
    (tmp_path / "vocab.txt").write_text("[UNK]\n[CLS]\n[SEP]\n")
    header = json.dumps({"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}).encode()
    for content in (b"", b"\xff" * 16, struct.pack("<Q", len(header)) + header + b"\0" * 4):
        (tmp_path / WEIGHTS_FILE).write_bytes(content)
        with pytest.raises((UnusableWeightsError, struct.error)):
            MiniLM(tmp_path)


def test_word_pieces_are_the_longest_known() -> None:
    pieces = ["[UNK]", "[CLS]", "[SEP]", "deliver", "##ed", "##y", "late", "!", "cafe"]
    tokenizer = WordPiece(pieces)
    assert tokenizer.tokens("Delivered LATE!") == [3, 4, 6, 7]
    assert tokenizer.tokens("café\tqqq") == [8, 0]
    assert tokenizer.tokens("") == []


def test_glossary_gives_english_for_office_french() -> None:
    assert "invoice" in gloss("Votre facture n'est pas réglée")
    assert "wait" in gloss("Nous attendons toujours") or "waiting" in gloss("toujours rien")
    assert "password" in gloss("mot de passe oublié")


def test_public_vectors_have_one_shape_with_either_engine() -> None:
    rows = LexicalEmbedder().vectors(["The parcel is late.", ""])
    assert rows.shape == (2, 384)
    assert np.linalg.norm(rows, axis=1) == pytest.approx([1.0, 0.0], abs=1e-5)


@with_weights
def test_meanings_are_near_where_words_differ() -> None:
    vectors = open_embedder(model_folder()).vectors(
        ["My package was wet.", "The parcel got soaked in the rain.", "Send me your price list."]
    )
    near, far = vectors[0] @ vectors[1], vectors[0] @ vectors[2]
    assert near > 0.5 > 0.2 > far


@with_weights
def test_gives_the_figures_that_sentence_transformers_publishes() -> None:
    """The example in its README, made with the same weights; four digits are printed there."""
    texts = ["The weather is lovely today.", "It's so sunny outside!", "He drove to the stadium."]
    rows = MiniLM(model_folder()).embed(texts)
    found = [rows[0] @ rows[1], rows[0] @ rows[2], rows[1] @ rows[2]]
    assert found == pytest.approx([0.6660, 0.1046, 0.1411], abs=1e-4)


@with_weights
def test_packing_texts_together_changes_nothing() -> None:
    model = MiniLM(model_folder())
    texts = ["One short text.", "A much longer text about forty chairs and a lorry.", ""]
    together = model.embed(texts)
    alone = np.vstack([model.embed([text]) for text in texts])
    assert np.abs(together - alone).max() < 1e-5


@with_weights
def test_fingerprint_names_engine_and_weights() -> None:
    fingerprints = {
        PracticeModel(open_embedder(model_folder())).fingerprint,
        PracticeModel(LexicalEmbedder()).fingerprint,
    }
    assert fingerprints == {"fp_practice-minilm-1-53aa5117", "fp_practice-lexical-1"}


@with_weights
def test_answers_are_the_same_from_two_engines_of_the_same_weights() -> None:
    prompt = 'Is this "billing" or "delivery"?\n"""The driver never came with our parcel."""'
    answers = {
        PracticeModel(open_embedder(model_folder())).answer([Turn("user", prompt)]).text
        for _ in range(2)
    }
    assert answers == {"delivery"}
