"""A sentence-transformers or transformers folder in, its recipe for vectors out."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from engine.errors import InputError

POOLINGS = ("mean", "cls", "max", "lasttoken", "mean_sqrt_len_tokens")
_OLD_POOLING = {
    "pooling_mode_cls_token": "cls",
    "pooling_mode_max_tokens": "max",
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_mean_sqrt_len_tokens": "mean_sqrt_len_tokens",
    "pooling_mode_weightedmean_tokens": "weightedmean",
    "pooling_mode_lasttoken": "lasttoken",
}
# The files older sentence-transformers wrote the length limit into, newest first.
_LIMIT_FILES = (
    "sentence_bert_config.json",
    "sentence_roberta_config.json",
    "sentence_distilbert_config.json",
    "sentence_camembert_config.json",
    "sentence_albert_config.json",
    "sentence_xlm-roberta_config.json",
    "sentence_xlnet_config.json",
)


@dataclass(frozen=True)
class Recipe:
    """How a folder turns texts into vectors.

    transformer: the folder with weights and tokenizer. weights: its safetensors files. pooling: one
    or more of POOLINGS, joined end to end. limit: longest text in tokens the folder names, or None.
    """

    transformer: Path
    config: dict[str, Any]
    weights: tuple[Path, ...]
    pooling: tuple[str, ...] = ("mean",)
    normalize: bool = False
    limit: int | None = None
    lower: bool = False
    prompt: str = ""


def read_recipe(folder: Path) -> Recipe:
    """The recipe kept in `folder`; a plain transformers folder means mean pooling, not normalised.

    Raises:
        InputError: a file is missing or broken, weights are only there as pickle, or the folder
        needs
            a step or code of its own that is not supported.
    """
    transformer, normalize = folder, False
    pooling: tuple[str, ...] = ("mean",)
    for module in read_json(folder / "modules.json", default=[]):
        kind, where = str(module["type"]).rsplit(".", 1)[-1], folder / module["path"]
        if kind == "Transformer":
            transformer = where
        elif kind == "Pooling":
            pooling = _pooling(read_json(where / "config.json"), folder)
        elif kind == "Normalize":
            normalize = True
        else:
            raise InputError(
                f"The encoder in {folder} has a step called {kind}, which is not supported: "
                "use one made of Transformer, Pooling and Normalize."
            )
    config = read_json(transformer / "config.json")
    limits: dict[str, Any] = next(
        (read_json(transformer / name) for name in _LIMIT_FILES if (transformer / name).is_file()),
        {},
    )
    prompts = read_json(folder / "config_sentence_transformers.json", default={})
    default = prompts.get("default_prompt_name")
    return Recipe(
        transformer=transformer,
        config=config,
        weights=_weights(transformer),
        pooling=pooling,
        normalize=normalize,
        limit=limits.get("max_seq_length"),
        lower=bool(limits.get("do_lower_case", False)),
        prompt=prompts.get("prompts", {}).get(default, "") if default else "",
    )


def _pooling(config: dict[str, Any], folder: Path) -> tuple[str, ...]:
    new = config.get("pooling_mode")
    old = [mode for key, mode in _OLD_POOLING.items() if config.get(key)]
    modes = (new,) if isinstance(new, str) else tuple(new or old or ("mean",))
    unknown = [mode for mode in modes if mode not in POOLINGS]
    if unknown or config.get("include_prompt") is False:
        what = f"pools by {unknown[0]}" if unknown else "leaves its prompt out of pooling"
        raise InputError(f"The encoder in {folder} {what}; supported: {', '.join(POOLINGS)}.")
    return modes


def _weights(folder: Path) -> tuple[Path, ...]:
    whole = folder / "model.safetensors"
    if whole.is_file():
        return (whole,)
    index = read_json(folder / "model.safetensors.index.json", default={})
    shards = tuple(folder / name for name in sorted(set(index.get("weight_map", {}).values())))
    missing = [shard.name for shard in shards if not shard.is_file()]
    if shards and not missing:
        return shards
    if missing:
        raise InputError(
            f"The encoder in {folder} lacks {missing[0]}: copy the whole folder again."
        )
    if any(folder.glob("*.bin")) or any(folder.glob("*.pt")):
        raise InputError(
            f"The encoder in {folder} keeps its weights as pickle, which can run code when opened; "
            "use one with model.safetensors."
        )
    raise InputError(f"There is no model.safetensors in {folder}: choose an encoder's folder.")


def read_json(path: Path, default: Any = None) -> Any:
    """What is in a folder's JSON file; `default` where there is no such file.

    Raises:
        InputError: there is no file and no default, or it is broken.
    """
    if not path.is_file():
        if default is not None:
            return default
        raise InputError(f"There is no {path.name} in {path.parent}: choose an encoder's folder.")
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError) as error:
        raise InputError(f"{path} cannot be read as JSON: copy the folder again.") from error


def fingerprint(weights: tuple[Path, ...]) -> str:
    """sha256 (hex) of the weights; remembered until a file's size or time of change differs."""
    digests = [_sha256(path, path.stat().st_mtime_ns, path.stat().st_size) for path in weights]
    return (
        digests[0] if len(digests) == 1 else hashlib.sha256("".join(digests).encode()).hexdigest()
    )


@lru_cache(maxsize=64)
def _sha256(path: Path, _changed_ns: int, _size: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
