"""Classifies one text, or every row of a file, with a trained model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from engine.errors import InputError
from engine.flags import Parser
from engine.progress import Progress
from engine.resolve import addressed
from engine.store import Artifact, Store, default_store
from engine.store.budget import using
from engine.terminal import TerminalProgress


def run(words: list[str]) -> dict[str, Any]:
    """See ``python -m engine predict --help``."""
    parser = Parser(prog="python -m engine predict", description=__doc__)
    parser.add_argument("model", help="Classifier: its name or key.")
    parser.add_argument("--text", help="A text to classify.")
    parser.add_argument("--input", help="A file to classify row by row; any format Limn reads.")
    parser.add_argument("--output", help="Where to write the rows: .csv, .parquet or .xlsx.")
    parser.add_argument(
        "--columns", help="Columns with the text, as A,B; found by itself otherwise."
    )
    given = parser.parse_args(words)
    if (given.text is None) == (given.input is None) or bool(given.input) != bool(given.output):
        raise InputError("Give either --text TEXT, or --input FILE with --output FILE.")
    store = default_store()
    model = addressed(store, given.model, "model")
    if given.text is not None:
        return _one(model, given.text)
    progress = TerminalProgress()
    try:
        with using(store, [model]):
            columns = [name.strip() for name in given.columns.split(",")] if given.columns else []
            return _file(model, given.input, Path(given.output), columns, store, progress)
    finally:
        progress.close()


def _one(model: Artifact, text: str) -> dict[str, Any]:
    if not text.strip():
        raise InputError("The text is empty; give a text with at least one word.")
    from engine.classify.classifier import load_classifier

    classifier = load_classifier(model.path)
    found = classifier.probabilities([text])[0]
    shares = {label: float(p) for label, p in zip(classifier.labels, found, strict=True)}
    said: dict[str, Any] = {
        "model": model.key,
        "prediction": classifier.labels[int(found.argmax())],
        "probabilities": shares,
    }
    if not any(map(str.isalpha, text)):
        said["note"] = (
            "There are no words in this text, and a classifier reads words: trust it little."
        )
    return said


def _file(
    model: Artifact, given: str, output: Path, columns: list[str], store: Store, progress: Progress
) -> dict[str, Any]:
    """What the stages 'data import' and 'predict file' make, written to `output`."""
    from engine.classify.files.spec import PredictFileSpec
    from engine.classify.files.write import check_output, write_file
    from engine.data.spec_source import SourceSpec
    from engine.work import existing_file
    from engine.work import run as work

    path, output = existing_file(given), output.expanduser().resolve()
    source = work(SourceSpec(path=str(path)), store=store, progress=progress, wish=path.name)
    with using(store, [source]):
        check_output(source.path / "rows.parquet", output)
        spec = PredictFileSpec(model=model.key, source=source.key, columns=columns)
        made = work(spec, store=store, progress=progress, wish=f"{path.stem}-predicted")
    with using(store, [made]):
        write_file(made.path / "rows.parquet", output, store=store, progress=progress)
    return {"model": model.key, "predictions": made.key, "output": str(output), **made.facts}
