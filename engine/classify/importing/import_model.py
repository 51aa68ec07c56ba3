"""A classifier's folder from elsewhere in, a classifier of Limn out: the stage 'model import'."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from engine.classify.classifier import Card
from engine.classify.export.spec import ImportModelSpec
from engine.classify.hidden_head import HiddenHead, head_tensors
from engine.classify.importing.incoming import Incoming, take_in
from engine.classify.importing.unzip import unzip
from engine.errors import InputError
from engine.store.files import write_json
from engine.work import Work

CHECKED = "The team won the match."


def build(spec: ImportModelSpec, work: Work) -> dict[str, Any]:
    """Bring in a Limn export, a sentence-transformers folder with a Dense head, or transformers.

    Only safetensors are opened and nothing in the folder is run. It has no scores yet: score it on
    a dataset to get some.

    Returns:
        labels, route ("imported"), kind, encoder (what it is built on), cleaning (whether the
        folder said how its training texts were cleaned) and came_from (the folder's name).

    Raises:
        InputError: it is no classifier, is not safe to open, or cannot be expressed here.
    """
    from safetensors.numpy import save_file

    from engine.encoder.models import load_encoder

    given = Path(spec.folder).expanduser()
    work.progress.stage("Reading the folder")
    folder = given
    if given.is_file():
        shutil.rmtree(work.scratch / "zip", ignore_errors=True)
        folder = unzip(given, work.scratch / "zip")
    found = take_in(folder, work.out / "encoder")
    encoder = load_encoder(str(work.out / "encoder"), device="cpu")
    width = found.head.hidden_weight if isinstance(found.head, HiddenHead) else found.head.weight
    if width.shape[1] != encoder.width:
        raise InputError(
            f"The head of {folder.name} reads vectors of {width.shape[1]} numbers and its encoder "
            f"gives {encoder.width}: they do not belong together."
        )
    card = _card(found, encoder.fingerprint)
    save_file(head_tensors(found.head), work.out / "head.safetensors")
    write_json(work.out / "model.json", card.model_dump(mode="json"))
    said = found.head.probabilities(encoder.encode([CHECKED]))
    if not abs(float(said.sum()) - 1) < 1e-3:
        raise InputError(f"{folder.name} gives no probabilities: its weights are damaged.")
    shutil.rmtree(work.scratch / "zip", ignore_errors=True)
    if not found.about:
        work.progress.note(
            "The folder does not say how its training texts were cleaned, so texts are given to it "
            "as they are."
        )
    return {
        "labels": list(card.labels),
        "route": card.route,
        "kind": found.kind,
        "encoder": given.stem,
        "cleaning": found.about is not None,
        "came_from": given.name,
    }


def _card(found: Incoming, fingerprint: str) -> Card:
    hidden = found.head.activation if isinstance(found.head, HiddenHead) else ""
    own = {"encoder": "", "fingerprint": fingerprint, "temperature": 1.0, "hidden": hidden,
           "route": "imported"}  # fmt: skip
    if found.about:
        return found.about.model_copy(update=own)
    return Card(
        labels=found.labels, max_length=0, clean=(), text_columns=(), join="sentence", **own
    )
