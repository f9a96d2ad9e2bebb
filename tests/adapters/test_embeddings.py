"""Sentence vectors as the service gets them: in batches, from one thread, kept, and refused with a reason."""

from __future__ import annotations

import asyncio
import shutil
import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from bot.adapters.embeddings import SentenceTransformerEmbedder
from bot.adapters.sentence_encoder import Encoder
from bot.errors import BadData
from tests.adapters.conftest import MODEL


class SlowEncoder:
    """An encoder that waits until it is let go, and keeps the batches that it was given; "bad" makes it fail."""

    dimensions = 384

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.let_go = threading.Event()
        self.threads: set[int] = set()

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.batches.append(list(texts))
        self.threads.add(threading.get_ident())
        assert self.let_go.wait(10)
        if "bad" in texts:
            raise ValueError("a bad text")
        return np.full((len(texts), self.dimensions), len(texts[0]), np.float32)


def made_of(encoder: Encoder) -> SentenceTransformerEmbedder:
    return SentenceTransformerEmbedder(str(MODEL), load=lambda folder: encoder)


async def started(encoder: SlowEncoder, batches: int) -> None:
    while len(encoder.batches) < batches:
        await asyncio.sleep(0.001)


async def test_every_text_gets_one_row_of_length_one(embedder: SentenceTransformerEmbedder) -> None:
    vectors = await embedder.encode(["where is my parcel", "मेरा पार्सल कहाँ है", "x" * 100_000, "😀", "۱۲۳"])
    assert vectors.shape == (5, embedder.dimensions) == (5, 384)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(5), abs=1e-3)


async def test_no_texts_give_no_rows(embedder: SentenceTransformerEmbedder) -> None:
    assert (await embedder.encode([])).shape == (0, 384)


@pytest.mark.parametrize("text", ["", " \n\t ", " " * 100_000])
async def test_a_text_with_nothing_in_it_is_all_zeros(embedder: SentenceTransformerEmbedder, text: str) -> None:
    assert not (await embedder.encode([text])).any()


async def test_the_same_meaning_is_nearer_than_another_one_across_languages(
    embedder: SentenceTransformerEmbedder,
) -> None:
    english, urdu, other = await embedder.encode(
        ["the phone does not charge", "فون چارج نہیں ہو رہا", "how much does delivery cost"]
    )
    assert english @ urdu > 0.6 > english @ other + 0.2


async def test_a_text_has_the_same_vector_alone_and_among_others(embedder: SentenceTransformerEmbedder) -> None:
    texts = [f"my device number {number} " + "does not work " * (number % 7) for number in range(40)]
    together = await embedder.encode(texts)
    alone = np.concatenate([await made_alone(text) for text in texts[:5]])
    assert (together[:5] * alone).sum(1).min() > 0.999


async def made_alone(text: str) -> NDArray[np.float32]:
    fresh = SentenceTransformerEmbedder(str(MODEL))
    vector = await fresh.encode([text])
    fresh.close()
    return vector


async def test_texts_that_wait_go_together_into_the_next_batch_on_one_thread() -> None:
    encoder = SlowEncoder()
    embedder = made_of(encoder)
    first = asyncio.create_task(embedder.encode(["first"]))
    await started(encoder, 1)
    others = [asyncio.create_task(embedder.encode([f"other {number}"])) for number in range(20)]
    await asyncio.sleep(0)
    encoder.let_go.set()
    await asyncio.gather(first, *others)
    assert encoder.batches == [["first"], [f"other {number}" for number in range(20)]]
    assert len(encoder.threads) == 1
    assert threading.get_ident() not in encoder.threads
    embedder.close()


async def test_the_event_loop_goes_on_while_a_batch_is_computed() -> None:
    encoder = SlowEncoder()
    embedder = made_of(encoder)
    encoding = asyncio.create_task(embedder.encode(["text"]))
    await started(encoder, 1)
    assert not encoding.done()
    encoder.let_go.set()
    assert (await encoding)[0, 0] == 4
    embedder.close()


async def test_a_text_is_computed_once_whoever_asks_and_however_often() -> None:
    encoder = SlowEncoder()
    embedder = made_of(encoder)
    asking = [asyncio.create_task(embedder.encode(["same", "same"])) for _ in range(5)]
    await started(encoder, 1)
    encoder.let_go.set()
    await asyncio.gather(*asking)
    await embedder.encode(["same"])
    assert encoder.batches == [["same"]]
    embedder.close()


async def test_whoever_gives_up_does_not_take_the_vector_from_others() -> None:
    encoder = SlowEncoder()
    embedder = made_of(encoder)
    impatient, patient = (asyncio.create_task(embedder.encode(["same"])) for _ in range(2))
    await started(encoder, 1)
    impatient.cancel()
    encoder.let_go.set()
    assert (await patient).shape == (1, 384)
    with pytest.raises(asyncio.CancelledError):
        await impatient
    embedder.close()


async def test_a_failure_reaches_the_caller_and_is_not_kept() -> None:
    encoder = SlowEncoder()
    encoder.let_go.set()
    embedder = made_of(encoder)
    for _ in range(2):
        with pytest.raises(ValueError, match="a bad text"):
            await embedder.encode(["bad"])
    assert encoder.batches == [["bad"], ["bad"]]
    assert (await embedder.encode(["good"])).shape == (1, 384)
    embedder.close()


@pytest.mark.parametrize("name", ["/nowhere/at/all", "no-such-folder", "nobody/no-such-model"])
def test_a_model_that_is_not_here_is_refused_by_name_and_with_what_to_do(name: str) -> None:
    with pytest.raises(BadData, match=rf"{name}: .*MADAD_EMBEDDER"):
        SentenceTransformerEmbedder(name)


def copied(folder: Path) -> Path:
    """Copy the model, its large files as links."""
    copy = folder / "model"
    shutil.copytree(MODEL, copy, copy_function=lambda source, target: Path(target).symlink_to(source))
    return copy


def replaced(file: Path, content: bytes) -> None:
    file.unlink()
    file.write_bytes(content)


@pytest.mark.parametrize(
    ("name", "content"),
    [("modules.json", None), ("modules.json", b"{"), ("modules.json", b"{}"), ("modules.json", b"[1]")],
)
def test_a_folder_that_is_no_model_is_refused_at_once(tmp_path: Path, name: str, content: bytes | None) -> None:
    folder = copied(tmp_path)
    (folder / name).unlink() if content is None else replaced(folder / name, content)
    with pytest.raises(BadData, match=rf"{folder}: .*module.*copy the whole folder again.*MADAD_EMBEDDER"):
        SentenceTransformerEmbedder(str(folder))


@pytest.mark.parametrize(
    ("name", "keep", "reason"),
    [
        ("model.safetensors", 1_000_000, "HeaderTooLarge|incomplete|MetadataIncomplete|Metadata"),
        ("model.safetensors", None, "weights are missing"),
        ("tokenizer.json", 1000, "EOF|line 1"),
        ("config.json", 20, "config.json cannot be read"),
        ("tokenizer_config.json", None, "tokenizer_config.json is missing"),
    ],
)
async def test_a_half_written_folder_is_refused(tmp_path: Path, name: str, keep: int | None, reason: str) -> None:
    folder = copied(tmp_path)
    beginning = (MODEL / name).read_bytes()[:keep]
    (folder / name).unlink() if keep is None else replaced(folder / name, beginning)
    with pytest.raises(BadData, match=rf"{folder}: the sentence embedder cannot be loaded \(.*({reason})"):
        await SentenceTransformerEmbedder(str(folder)).encode(["text"])


async def test_weights_that_are_not_numbers_are_refused(tmp_path: Path) -> None:
    from safetensors.numpy import load_file, save_file

    folder = copied(tmp_path)
    weights = load_file(MODEL / "model.safetensors")
    weights["encoder.layer.3.output.dense.bias"][:] = np.nan
    (folder / "model.safetensors").unlink()
    save_file(weights, folder / "model.safetensors")
    changed = SentenceTransformerEmbedder(str(folder))
    with pytest.raises(BadData, match="its vectors are not numbers"):
        await changed.encode(["text"])


def test_the_name_tells_other_weights_apart_and_a_copy_not(
    tmp_path: Path, embedder: SentenceTransformerEmbedder
) -> None:
    folder = tmp_path / MODEL.name
    copied(tmp_path).rename(folder)
    assert made_name(folder) == embedder.name
    changed = bytearray((MODEL / "model.safetensors").read_bytes())
    changed[-1] ^= 1
    replaced(folder / "model.safetensors", bytes(changed))
    assert made_name(folder) != embedder.name


def made_name(folder: Path) -> str:
    made = SentenceTransformerEmbedder(str(folder), load=lambda folder: SlowEncoder())
    made.close()
    return made.name
