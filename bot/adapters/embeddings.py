"""Sentence vectors for the service: computed in one worker thread, in batches, and kept."""

from __future__ import annotations

import asyncio
import hashlib
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bot.adapters.sentence_encoder import Encoder, broken, load_encoder, read_json
from bot.errors import BadData

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Vector = NDArray[np.float32]

_BATCH = 64
_KEPT = 4096
_MAXIMUM_CHARACTERS = 4000
_FINGERPRINT_BYTES = 1 << 20
_SIZES = ("out_features", "embedding_dimension", "word_embedding_dimension", "hidden_size")
"""How the modules' configurations call the length of what they give."""


class SentenceTransformerEmbedder:
    """`Embedder` for a sentence-transformers model, given as a folder or as the name of one that is on this machine.

    Nothing is ever fetched from the network. The model is loaded in the worker thread, from the moment this is made.
    Texts that wait while a batch is computed go together into the next one; vectors of recent texts are kept.
    """

    def __init__(self, name_or_path: str, load: Callable[[Path], Encoder] = load_encoder) -> None:
        """Check the folder and begin to load the model; raises `BadData` if it is not one."""
        self._folder = _find(name_or_path)
        self.name = f"{self._folder.name}-{_fingerprint(self._folder)}"
        self.dimensions = _dimensions(self._folder)
        self._kept: OrderedDict[str, Future[Vector]] = OrderedDict()
        self._waiting: deque[tuple[str, Future[Vector]]] = deque()
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="embedder")
        self._encoder: Future[Encoder] = self._worker.submit(load, self._folder)

    async def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one row of length 1 for each text, cut at the model's limit; zeros for a text without any token."""
        rows: list[Vector] = []
        # Piece by piece, so that a customer's question waits for one batch at most while a whole FAQ is encoded.
        for start in range(0, len(texts), _BATCH):
            asked = [self._ask(text[:_MAXIMUM_CHARACTERS]) for text in texts[start : start + _BATCH]]
            rows += [one.result() if one.done() else await asyncio.shield(asyncio.wrap_future(one)) for one in asked]
        return np.array(rows, np.float32).reshape(len(texts), self.dimensions)

    def close(self) -> None:
        """Let the worker thread end; texts that still wait are not computed."""
        self._worker.shutdown(wait=True, cancel_futures=True)

    def _ask(self, text: str) -> Future[Vector]:
        known = self._kept.get(text)
        if known and not (known.done() and known.exception()):
            self._kept.move_to_end(text)
            return known
        asked: Future[Vector] = Future()
        self._kept[text] = asked
        if len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        self._waiting.append((text, asked))
        self._worker.submit(self._compute_waiting)
        return asked

    def _compute_waiting(self) -> None:
        """Compute what waits, in the worker thread; every request submits this, and the first one serves the others."""
        batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), _BATCH))]
        if not batch:
            return
        try:
            vectors = self._encoder.result().encode([text for text, _ in batch])
        except Exception as error:
            for _, asked in batch:
                asked.set_exception(error)
        else:
            for (_, asked), vector in zip(batch, vectors, strict=True):
                asked.set_result(vector)


def _find(name_or_path: str) -> Path:
    folder = Path(name_or_path).expanduser()
    if folder.is_dir():
        return folder.resolve()
    if folder.is_absolute() or name_or_path.count("/") != 1:
        raise BadData(f"{folder}: there is no such folder; name a sentence-transformers model in MADAD_EMBEDDER")
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(name_or_path, local_files_only=True))
    except Exception as error:  # the library's ways of saying that it is not there, or not whole
        raise BadData(
            f"{name_or_path}: there is no such folder, and no model of that name on this machine; download it first, "
            "or set MADAD_EMBEDDER to the folder of a sentence-transformers model"
        ) from error


def _fingerprint(folder: Path) -> str:
    """Return what changes when the model does, without reading the whole of it."""
    digest = hashlib.sha256()
    for path in sorted((*folder.glob("*.json"), *folder.glob("*.safetensors"))):
        size = path.stat().st_size
        digest.update(f"{path.name} {size} ".encode())
        with path.open("rb") as file:
            file.seek(max(0, size - _FINGERPRINT_BYTES))
            digest.update(file.read())
    return digest.hexdigest()[:12]


def _dimensions(folder: Path) -> int:
    """Return the length of the model's vectors: the size that the last module with one gives."""
    size = 0
    try:
        for path in (Path(module["path"]) / "config.json" for module in read_json(folder, "modules.json")):
            config = read_json(folder, str(path)) if (folder / path).exists() else {}
            size = next((int(config[name]) for name in _SIZES if name in config), size)
    except (KeyError, TypeError, ValueError) as error:
        raise broken(folder, "modules.json is not a list of modules") from error
    if not size:
        raise broken(folder, "no module's config.json says how long the vectors are")
    return size
