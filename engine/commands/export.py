"""Makes a folder of a classifier that needs no Limn; of topics a page, figure, table or folder."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from engine.errors import InputError
from engine.flags import Parser
from engine.resolve import addressed
from engine.stages import SHIPPED
from engine.store import default_store
from engine.store.budget import using
from engine.terminal import TerminalProgress


def run(words: list[str]) -> dict[str, Any]:
    """See ``python -m engine export --help``."""
    parser = Parser(prog="python -m engine export", description=__doc__)
    parser.add_argument("model", help="Classifier or topics: the name or key.")
    parser.add_argument(
        "--to",
        required=True,
        help="Folder to make; of topics a page (.html), a figure (.png, .svg, .pdf), all documents "
        "(.csv, .xlsx, .parquet), the topics (.json) or a folder for BERTopic. It must not be "
        "there yet.",
    )
    parser.add_argument("--zip", action="store_true", help="Make FOLDER.zip instead of the folder.")
    parser.add_argument("--no-onnx", action="store_true", help="Leave the ONNX graph out.")
    parser.add_argument("--dark", action="store_true", help="A figure of topics on black.")
    given = parser.parse_args(words)
    target = Path(given.to).expanduser().resolve()
    if given.zip and target.suffix != ".zip":
        target = target.with_name(f"{target.name}.zip")
    if target.exists():
        raise InputError(f"{target} is there already; name a folder that is not.")
    if not target.parent.is_dir():
        raise InputError(f"There is no folder {target.parent} to write to.")
    store = default_store()
    if given.model not in SHIPPED and (topics := store.get(given.model)).kind == "topics":
        from engine.commands.export_topics import export_topics

        with using(store, [topics]):
            return export_topics(store, topics, target, dark=given.dark)

    from engine.classify.export.pack import pack
    from engine.classify.export.spec import ExportSpec
    from engine.work import run as work

    model = addressed(store, given.model, "model")
    progress = TerminalProgress()
    try:
        spec = ExportSpec(model=model.key, onnx=not given.no_onnx)
        made = work(spec, store=store, progress=progress, wish=f"{model.title}-export")
    finally:
        progress.close()
    with using(store, [made]):
        half = target.with_name(f".{target.name}.part")
        try:
            if given.zip:
                pack(made.path / "model", half, inside=target.stem)
            else:
                shutil.copytree(made.path / "model", half)
            half.rename(target)
        finally:
            shutil.rmtree(half, ignore_errors=True)
            if half.is_file():
                half.unlink()
    return {"model": model.key, "export": made.key, "output": str(target), **made.facts}
