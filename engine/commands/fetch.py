"""Downloads a public dataset to a file that can be imported like any other."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

from engine.flags import Parser
from engine.terminal import TerminalProgress

_SHORT = {"agnews": "ag_news", "foodreviews": "amazon_fine_food"}


def run(words: list[str]) -> dict[str, Any]:
    """See ``python -m engine data fetch --help``."""
    from engine.data.fetch import PUBLIC, fetch

    parser = Parser(prog="python -m engine data fetch", description=__doc__)
    parser.add_argument(
        "dataset",
        choices=[*_SHORT, *PUBLIC],
        metavar="DATASET",
        help=", ".join(f"{one.name} ({one.title}, {one.size})" for one in PUBLIC.values()),
    )
    parser.add_argument("--folder", default=".", help="Where to put the file (default: here).")
    given = parser.parse_args(words)
    name = _SHORT.get(given.dataset, given.dataset)
    progress = TerminalProgress()
    try:
        file = fetch(name, Path(given.folder).expanduser().resolve(), progress=progress)
    finally:
        progress.close()
    return {
        "file": str(file),
        "bytes": file.stat().st_size,
        "next": f"python -m engine data add {shlex.quote(str(file))}",
    }
