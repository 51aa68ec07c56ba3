"""Classifies one text, or every row of a file, with a trained model."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import InputError
from engine.flags import Parser, command
from engine.progress import SILENT, Progress
from engine.resolve import addressed, resolve
from engine.store import Artifact, Store, default_store
from engine.store.budget import using
from engine.terminal import TerminalProgress

if TYPE_CHECKING:
    from engine.classify.classifier import Classifier
    from engine.classify.live.classifier import LiveClassifier

log = logging.getLogger(__name__)


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
        with using(store, [model]):
            return _one(model, given.text, store)
    progress = TerminalProgress()
    try:
        with using(store, [model]):
            columns = [name.strip() for name in given.columns.split(",")] if given.columns else []
            return _file(model, given.input, Path(given.output), columns, store, progress)
    finally:
        progress.close()


def _one(model: Artifact, text: str, store: Store) -> dict[str, Any]:
    if not text.strip():
        raise InputError("The text is empty; give a text with at least one word.")
    classifier = _answering(model, store)
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


def _answering(model: Artifact, store: Store) -> LiveClassifier | Classifier:
    """What answers on the Predict page too, in a moment; PyTorch where that is not prepared yet."""
    from engine.classify.live.classifier import export_needed, load_live

    export = export_needed(model)
    if export is None:
        return load_live(model.path)
    wanted = resolve(export, store, SILENT)
    if ready := store.find(wanted.stage.makes, wanted.key()):
        return load_live(model.path, ready.path)
    from engine.classify.classifier import load_classifier

    log.info(
        "This model's encoder is not prepared for quick answers, so PyTorch answers, which takes "
        "seconds to load. Once prepared it answers in a moment: %s",
        command(wanted.stage, export),
    )
    return load_classifier(model.path)


def _file(
    model: Artifact, given: str, output: Path, columns: list[str], store: Store, progress: Progress
) -> dict[str, Any]:
    """What the stages 'data import' and 'predict file' make, written to `output`."""
    from engine.classify.files.spec import PredictFileSpec
    from engine.data.files.space import check_written
    from engine.data.files.write import check_output, check_place, write_file
    from engine.data.spec_source import SourceSpec
    from engine.work import existing_file
    from engine.work import run as work

    path, output = existing_file(given), output.expanduser().resolve()
    check_place(output)
    source = work(SourceSpec(path=str(path)), store=store, progress=progress, wish=path.name)
    with using(store, [source]):
        check_output(source.path / "rows.parquet", output)
        numbers = len(model.facts["labels"]) + 1
        check_written(source.path / "rows.parquet", numbers, output, store.root)
        spec = PredictFileSpec(model=model.key, source=source.key, columns=columns)
        made = work(spec, store=store, progress=progress, wish=f"{path.stem}-predicted")
    with using(store, [made]):
        write_file(made.path / "rows.parquet", output, store=store, progress=progress)
    return {"model": model.key, "predictions": made.key, "output": str(output), **made.facts}
