"""Finds the topic of one new text, or of every row of a file, in topics as they stand edited."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import InputError
from engine.flags import Parser
from engine.progress import Progress
from engine.resolve import addressed
from engine.store import Artifact, Store, default_store
from engine.store.budget import using
from engine.terminal import TerminalProgress

if TYPE_CHECKING:
    from engine.topics.assign.one import Placed


def run(words: list[str]) -> dict[str, Any]:
    """See ``python -m engine assign --help``."""
    parser = Parser(prog="python -m engine assign", description=__doc__)
    parser.add_argument("topics", help="Topics: their name or key.")
    parser.add_argument("--text", help="A text to find the topic of.")
    parser.add_argument("--input", help="A file to assign row by row; any format Limn reads.")
    parser.add_argument("--output", help="Where to write the rows: .csv, .parquet or .xlsx.")
    parser.add_argument(
        "--columns", help="Columns with the text, as A,B; found by itself otherwise."
    )
    given = parser.parse_args(words)
    if (given.text is None) == (given.input is None) or bool(given.input) != bool(given.output):
        raise InputError("Give either --text TEXT, or --input FILE with --output FILE.")
    store = default_store()
    topics = addressed(store, given.topics, "topics")
    progress = TerminalProgress()
    try:
        with using(store, [topics]):
            if given.text is not None:
                return _one(topics, given.text, store, progress)
            columns = [name.strip() for name in given.columns.split(",")] if given.columns else []
            return _file(topics, given.input, Path(given.output), columns, store, progress)
    finally:
        progress.close()


def _one(topics: Artifact, text: str, store: Store, progress: Progress) -> dict[str, Any]:
    if not text.strip():
        raise InputError("The text is empty; give a text with at least one word.")
    from engine.topics.assign.card import load_card, load_quick_reader
    from engine.topics.assign.one import place
    from engine.topics.assign.opening import open_assigner, topics_at
    from engine.topics.assign.spec import AssignerSpec
    from engine.topics.edit import pending
    from engine.work import run as work

    made = work(AssignerSpec(topics=topics.key), store=store, progress=progress)
    now = topics_at(store, topics, pending.history(store, topics).version)
    assigner = open_assigner(store, topics, made, now)
    card = load_card(made)
    reader = load_quick_reader(card, lambda spec: work(spec, store=store, progress=progress))
    found = place(text, assigner, card, reader)
    return {
        "topics": topics.key,
        "topic": found.topic,
        "name": found.name,
        "confidence": found.confidence,
        "runner_up": found.second_name or None,
        "runner_up_confidence": found.second_confidence,
        "unlike": found.unlike,
        "known": found.known,
        **({"note": found.note} if found.note else {}),
        "nearest": _nearest(found, topics, store),
    }


def _nearest(found: Placed, topics: Artifact, store: Store) -> list[dict[str, Any]]:
    """Titles of the nearest documents; none where the dataset is gone."""
    from engine.topics.documents import documents

    dataset = next((a for a in store.inputs(topics) if a.kind == "dataset"), None)
    if dataset is None:
        return []
    near = documents(dataset.path / "rows.parquet", [at for at, _ in found.near])
    return [
        {"title": one.title, "cosine": alike}
        for one, (_, alike) in zip(near, found.near, strict=True)
    ]


def _file(
    topics: Artifact, given: str, output: Path, columns: list[str], store: Store, progress: Progress
) -> dict[str, Any]:
    """What the stages 'data import' and 'assign file' make, written to `output`."""
    from engine.data.files.space import check_written
    from engine.data.files.write import check_output, check_place, write_file
    from engine.data.spec_source import SourceSpec
    from engine.topics.assign.file import NUMBERS
    from engine.topics.assign.spec import AssignFileSpec
    from engine.topics.edit import pending
    from engine.work import existing_file
    from engine.work import run as work

    path, output = existing_file(given), output.expanduser().resolve()
    check_place(output)
    source = work(SourceSpec(path=str(path)), store=store, progress=progress, wish=path.name)
    with using(store, [source]):
        rows = source.path / "rows.parquet"
        check_output(rows, output)
        check_written(rows, NUMBERS, output, store.root)
        spec = AssignFileSpec(
            topics=topics.key,
            source=source.key,
            columns=columns,
            edits=pending.history(store, topics).version,
        )
        made = work(spec, store=store, progress=progress, wish=f"{path.stem}-assigned")
    with using(store, [made]):
        write_file(made.path / "rows.parquet", output, store=store, progress=progress)
    return {"topics": topics.key, "assignments": made.key, "output": str(output), **made.facts}
