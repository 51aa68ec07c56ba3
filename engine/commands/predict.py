"""Classifies one text, or every row of a file, with a trained model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from engine.errors import InputError
from engine.flags import Parser
from engine.store import default_store
from engine.store.budget import using
from engine.terminal import TerminalProgress


def run(words: list[str]) -> dict[str, Any]:
    """See ``python -m engine predict --help``."""
    parser = Parser(prog="python -m engine predict", description=__doc__)
    parser.add_argument("model", help="Classifier: its name or key.")
    parser.add_argument("--text", help="A text to classify.")
    parser.add_argument("--input", help="A file to classify row by row; any format Limn reads.")
    parser.add_argument("--output", help="Where to write the rows, .csv or .parquet.")
    parser.add_argument(
        "--columns", help="Columns with the text, as A,B; found by itself otherwise."
    )
    given = parser.parse_args(words)
    if (given.text is None) == (given.input is None) or bool(given.input) != bool(given.output):
        raise InputError("Give either --text TEXT, or --input FILE with --output FILE.")
    store = default_store()
    model = store.get(given.model, "model")
    if given.text is not None and not given.text.strip():
        raise InputError("The text is empty; give a text with at least one word.")

    from engine.classify.classifier import load_classifier

    classifier = load_classifier(model.path)
    if given.text is not None:
        found = classifier.probabilities([given.text])[0]
        shares = {label: float(p) for label, p in zip(classifier.labels, found, strict=True)}
        return {
            "model": model.key,
            "prediction": classifier.labels[int(found.argmax())],
            "probabilities": shares,
        }

    from engine.classify.predict_file import predict_file
    from engine.work import existing_file

    progress = TerminalProgress()
    try:
        with using(store, [model]):
            result = predict_file(
                classifier,
                existing_file(given.input),
                Path(given.output).expanduser().resolve(),
                store=store,
                text=given.columns.split(",") if given.columns else None,
                progress=progress,
            )
    finally:
        progress.close()
    return {"model": model.key, **result}
