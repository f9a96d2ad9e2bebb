"""Sentence vectors from a sentence-transformers folder.

The common kind of folder (a BERT encoder, the mean of its tokens, unit length) is run with PyTorch alone: importing
sentence-transformers takes four times as long as importing PyTorch, and its `encode` twice as long as the network. Any
other kind is left to sentence-transformers. The vectors are the same.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from bot.errors import BadData

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from tokenizers import Tokenizer
    from torch import Tensor

_BATCH = 32
_CHARACTERS_A_TOKEN = 20
"""No piece of a vocabulary is usefully longer; what lies further back cannot be within the model's limit."""


class Encoder(Protocol):
    """Turns texts into vectors of length 1, on the calling thread; a text without any token becomes zeros."""

    dimensions: int

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]: ...


def load_encoder(folder: Path) -> Encoder:
    """Load a sentence-transformers folder; raises `BadData` that names it if it is broken or half-written."""
    if not any(file for kind in ("*.safetensors", "*.bin") for file in folder.rglob(kind)):
        raise broken(folder, "its weights are missing")
    try:
        encoder: Encoder = BertEncoder(folder) if _is_plain_bert(folder) else LibraryEncoder(folder)
        sound = np.isfinite(encoder.encode(["sound", "सही और صحيح"])).all()
    except BadData:
        raise
    except Exception as error:  # every library that reads a part of the folder has errors of its own
        raise broken(folder, str(error) or type(error).__name__) from error
    if not sound:
        raise broken(folder, "its vectors are not numbers")
    return encoder


def broken(folder: Path, reason: str) -> BadData:
    """Return the error for a folder that is not a usable model."""
    return BadData(
        f"{folder}: the sentence embedder cannot be loaded ({reason.splitlines()[0]}); copy the whole folder again, "
        "or name another sentence-transformers model in MADAD_EMBEDDER"
    )


def read_json(folder: Path, name: str) -> Any:
    """Read one of the folder's JSON files; raises `BadData`."""
    try:
        return json.loads((folder / name).read_text("utf-8"))
    except FileNotFoundError as error:
        raise broken(folder, f"{name} is missing") from error
    except (OSError, ValueError) as error:
        raise broken(folder, f"{name} cannot be read: {error}") from error


def _is_plain_bert(folder: Path) -> bool:
    modules = read_json(folder, "modules.json")
    kinds = [module["type"].rsplit(".", 1)[-1] for module in modules]
    if kinds != ["Transformer", "Pooling", "Normalize"] or modules[0]["path"]:
        return False
    config, pooling = read_json(folder, "config.json"), read_json(folder, f"{modules[1]['path']}/config.json")
    modes = {pooling.get("pooling_mode")} | {key for key, value in pooling.items() if value is True}
    return (
        (config["model_type"], config["hidden_act"]) == ("bert", "gelu")
        and config.get("position_embedding_type", "absolute") == "absolute"
        and bool(modes & {"mean", "pooling_mode_mean_tokens"})
        and modes <= {None, "mean", "pooling_mode_mean_tokens", "include_prompt"}
        and (folder / "model.safetensors").exists()
        and (folder / "tokenizer.json").exists()
    )


class LibraryEncoder:
    """Any sentence-transformers model, run by that library."""

    def __init__(self, folder: Path) -> None:
        import torch
        from sentence_transformers import SentenceTransformer

        torch.set_num_threads(1)
        self._model = SentenceTransformer(
            str(folder), device="cpu", local_files_only=True, model_kwargs={"dtype": "float32"}
        )
        self.dimensions = int(self._model.get_embedding_dimension() or 0)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        vectors = np.zeros((len(texts), self.dimensions), np.float32)
        with_text = [index for index, text in enumerate(texts) if text.strip()]
        if with_text:
            vectors[with_text] = self._model.encode(
                [texts[index] for index in with_text], normalize_embeddings=True, show_progress_bar=False
            )
        return vectors


class BertEncoder:
    """A BERT encoder, mean of the tokens, unit length; in bfloat16 where the processor computes with it."""

    def __init__(self, folder: Path) -> None:
        import torch

        torch.set_num_threads(1)
        config = read_json(folder, "config.json")
        self.dimensions = int(config["hidden_size"])
        self._limit = _token_limit(folder, config)
        self._tokenizer = _load_tokenizer(folder, self._limit)
        self._network = _load_network(folder, config)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        cut = [text[: self._limit * _CHARACTERS_A_TOKEN] for text in (text.strip() for text in texts)]
        pieces = [encoding.ids for encoding in self._tokenizer.encode_batch(cut)]
        vectors = np.zeros((len(texts), self.dimensions), np.float32)
        # Texts of like length go together, so that little is spent on padding.
        order = sorted((index for index, ids in enumerate(pieces) if ids), key=lambda index: len(pieces[index]))
        for start in range(0, len(order), _BATCH):
            batch = order[start : start + _BATCH]
            vectors[batch] = self._run([pieces[index] for index in batch])
        return vectors

    def _run(self, pieces: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        import torch

        longest = max(map(len, pieces))
        padded = torch.tensor([[*ids, *[0] * (longest - len(ids))] for ids in pieces])
        lengths = torch.tensor([[len(ids)] for ids in pieces])
        present = torch.arange(longest)[None, :] < lengths
        with torch.inference_mode():
            vectors: NDArray[np.float32] = self._network(padded, None if present.all() else present).numpy()
        return vectors


def _token_limit(folder: Path, config: dict[str, Any]) -> int:
    tokens = read_json(folder, "tokenizer_config.json").get("model_max_length", math.inf)
    if (folder / "sentence_bert_config.json").exists():
        tokens = min(tokens, read_json(folder, "sentence_bert_config.json").get("max_seq_length") or math.inf)
    return int(min(tokens, config["max_position_embeddings"]))


def _load_tokenizer(folder: Path, limit: int) -> Tokenizer:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_truncation(limit)
    tokenizer.no_padding()
    return tokenizer


@dataclass(frozen=True)
class _Layer:
    """The weights of one layer, each as (weight, bias)."""

    attend: tuple[Tensor, Tensor]
    attended: tuple[Tensor, Tensor]
    attended_norm: tuple[Tensor, Tensor]
    widen: tuple[Tensor, Tensor]
    narrow: tuple[Tensor, Tensor]
    norm: tuple[Tensor, Tensor]


def _load_network(folder: Path, config: dict[str, Any]) -> Callable[[Tensor, Tensor | None], Tensor]:
    """Return the network: (token ids, which of them are present or None for all) to unit vectors."""
    import torch
    from safetensors.torch import load_file
    from torch.nn import functional

    kept = load_file(folder / "model.safetensors")
    prefix = "bert." if "bert.embeddings.word_embeddings.weight" in kept else ""
    number = torch.bfloat16 if torch.cpu._is_avx512_bf16_supported() else torch.float32
    size, heads, epsilon = config["hidden_size"], config["num_attention_heads"], config["layer_norm_eps"]

    def pair(name: str, kind: torch.dtype = number) -> tuple[Tensor, Tensor]:
        return kept[f"{prefix}{name}.weight"].to(kind), kept[f"{prefix}{name}.bias"].to(kind)

    def layer(index: int) -> _Layer:
        name = f"encoder.layer.{index}"
        queries, keys, values = (pair(f"{name}.attention.self.{part}") for part in ("query", "key", "value"))
        return _Layer(
            attend=(torch.cat([queries[0], keys[0], values[0]]), torch.cat([queries[1], keys[1], values[1]])),
            attended=pair(f"{name}.attention.output.dense"),
            attended_norm=pair(f"{name}.attention.output.LayerNorm"),
            widen=pair(f"{name}.intermediate.dense"),
            narrow=pair(f"{name}.output.dense"),
            norm=pair(f"{name}.output.LayerNorm"),
        )

    layers = [layer(index) for index in range(config["num_hidden_layers"])]
    words = kept[f"{prefix}embeddings.word_embeddings.weight"]
    places = kept[f"{prefix}embeddings.position_embeddings.weight"].float()
    places = places + kept[f"{prefix}embeddings.token_type_embeddings.weight"][0].float()
    first_norm = pair("embeddings.LayerNorm", torch.float32)

    def run(tokens: Tensor, present: Tensor | None) -> Tensor:
        count, length = tokens.shape
        mask = None if present is None else present[:, None, None, :]
        x = functional.embedding(tokens, words).float() + places[:length]
        x = functional.layer_norm(x, (size,), *first_norm, epsilon).to(number)
        for one in layers:
            split = functional.linear(x, *one.attend).view(count, length, 3, heads, size // heads)
            queries, keys, values = split.permute(2, 0, 3, 1, 4).unbind(0)
            heard = functional.scaled_dot_product_attention(queries, keys, values, attn_mask=mask)
            heard = functional.linear(heard.transpose(1, 2).reshape(count, length, size), *one.attended)
            x = functional.layer_norm(x + heard, (size,), *one.attended_norm, epsilon)
            thought = functional.linear(functional.gelu(functional.linear(x, *one.widen)), *one.narrow)
            x = functional.layer_norm(x + thought, (size,), *one.norm, epsilon)
        x = x.float()
        if present is not None:
            x = x * present[:, :, None]
        # The length is taken out again below, so the sum does what the mean would.
        return functional.normalize(x.sum(1), dim=-1)

    return run
