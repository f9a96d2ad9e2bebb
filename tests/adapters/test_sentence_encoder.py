"""Our own way through the network gives the vectors that sentence-transformers gives."""

from __future__ import annotations

import json
import shutil
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bot.adapters.sentence_encoder import BertEncoder, LibraryEncoder, load_encoder
from tests.adapters.conftest import MODEL

TEXTS = [
    "where is my order", "WHERE   is my ORDER?!", "the fan of my laptop is loud, and it gets hot after 20 minutes",
    "متى تصل الطلبات عادةً؟", "डिलीवरी में कितने दिन लगते हैं?", "میرا پارسل ابھی تک نہیں پہنچا", "گوشی‌ام شارژ نمی‌شود",
    "kam yoom yakhod el shahn le jeddah", "٣٤٥ ۳۴۵ ३४५ 345", "😀", "a", "the same again and again " * 100, "x" * 5000,
]  # fmt: skip


@pytest.fixture(scope="module")
def library() -> Any:
    """sentence-transformers' own model."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from sentence_transformers import SentenceTransformer

        return SentenceTransformer(str(MODEL), device="cpu", local_files_only=True, model_kwargs={"dtype": "float32"})


def test_vectors_agree_with_those_of_sentence_transformers(library: Any) -> None:
    ours = load_encoder(MODEL).encode(TEXTS)
    theirs = library.encode(TEXTS, show_progress_bar=False)
    agreement = (ours * theirs).sum(1)
    assert dict(zip(TEXTS, agreement, strict=True)) == pytest.approx(dict.fromkeys(TEXTS, 1.0), abs=1e-3)


def with_pooling(folder: Path, mode: str) -> Path:
    copy = folder / "model"
    shutil.copytree(MODEL, copy, copy_function=lambda source, target: Path(target).symlink_to(source))
    (copy / "1_Pooling" / "config.json").unlink()
    (copy / "1_Pooling" / "config.json").write_text(json.dumps({"embedding_dimension": 384, "pooling_mode": mode}))
    return copy


@pytest.mark.parametrize(("mode", "kind"), [("mean", BertEncoder), ("max", LibraryEncoder)])
@pytest.mark.filterwarnings("ignore")
def test_only_what_we_do_not_know_ourselves_is_left_to_the_library(tmp_path: Path, mode: str, kind: type) -> None:
    encoder = load_encoder(with_pooling(tmp_path, mode))
    assert type(encoder) is kind
    vectors = encoder.encode(["hello there", ""])
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1.0, 0.0], abs=1e-3)
