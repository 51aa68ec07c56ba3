"""Where something was computed: system, processor, Python and the libraries in use."""

from __future__ import annotations

import os
import platform
import sys
from contextlib import suppress
from importlib import metadata

_VERSIONED = {
    "torch": "torch",
    "transformers": "transformers",
    "duckdb": "duckdb",
    "sklearn": "scikit-learn",
    "numpy": "numpy",
    "flash_attn": "flash-attn",
}


def machine() -> dict[str, str]:
    """System, cores, Python, and the versions of the libraries this process has loaded."""
    found = {
        "system": f"{platform.system()} {platform.machine()}",
        "cores": str(os.cpu_count()),
        "python": platform.python_version(),
    }
    for module, package in _VERSIONED.items():
        # Only what this process has loaded had a part in the result.
        if module in sys.modules:
            with suppress(metadata.PackageNotFoundError):
                found[package] = metadata.version(package)
    return found
