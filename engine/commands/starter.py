"""Packs a classifier of the lora route as a starter: a small folder that comes with Limn."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from engine.flags import Parser
from engine.store import default_store
from engine.store.budget import using
from engine.terminal import TerminalProgress


def run(words: list[str]) -> dict[str, Any]:
    """See ``python -m engine starter --help``."""
    parser = Parser(prog="python -m engine starter", description=__doc__)
    parser.add_argument("model", help="A classifier of the lora route on minilm: its name or key.")
    parser.add_argument("folder", help="Where to write it, such as starters/news.")
    given = parser.parse_args(words)
    store = default_store()
    model = store.get(given.model, "model")
    from engine.classify.starters.pack import pack

    progress = TerminalProgress()
    try:
        with using(store, [model]):
            folder = Path(given.folder).expanduser()
            return {"model": model.key, **pack(model, folder, store, progress=progress)}
    finally:
        progress.close()
