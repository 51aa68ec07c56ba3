"""A classifier trained on the lora route in, a starter's folder out: small, rounded, measured."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from engine.classify.classifier import Card
from engine.classify.head import Floats, Targets
from engine.classify.live.classifier import load_live
from engine.classify.live.familiar import FILE as FAMILIAR
from engine.classify.live.familiar import learn_familiar
from engine.classify.live.language import languages_of
from engine.classify.starters.starter import ABOUT, ADAPTER, SCORES, write_model
from engine.encoder.hub.find import DEFAULT, find_folder
from engine.encoder.hub.folder import read_recipe
from engine.encoder.onnx.weights import mapped, with_adapter
from engine.errors import InputError
from engine.progress import SILENT, Progress
from engine.store import Artifact, Store
from engine.store.files import read_json, write_json

MOST_BYTES = 1_500_000
LEAST_KEPT = 0.999
"""Share of the held-out predictions that rounding to half precision must leave as they are."""

_BLOCK = 256
_TOLD_BY = 300
"""Held-out texts by which the languages of the model are told."""
_FACTS = ("accuracy", "macro_f1", "ece", "majority", "scored_on", "scored_rows", "train_rows",
          "labels", "route", "encoder", "epochs", "steps", "best_step")  # fmt: skip


@dataclass(frozen=True, eq=False)
class _HeldOut:
    """Held-out rows: n texts, targets (n,) int64 and predictions (n,) int64 of the whole model."""

    texts: list[str]
    targets: Targets
    predictions: Targets


def pack(
    model: Artifact, folder: Path, store: Store, *, progress: Progress = SILENT
) -> dict[str, Any]:
    """Write adapter.safetensors (half precision, with the head), model.json, scores.json, a card.

    The card is README.md; one that is there already stays. The rounded model is put together and
    asked all held-out texts.

    Returns:
        bytes of the adapter's file, kept (share of the held-out predictions that stayed), held_out
        (how many there are) and languages (those it learnt from).

    Raises:
        InputError: the model is no adapter beside the default encoder, is too large, changes more
            answers than allowed when rounded, or its dataset is gone.
    """
    tensors = _tensors(model)
    rows = _held_out(model, store)
    card = Card.model_validate(read_json(model.path / "model.json"))
    told = card.model_dump(mode="json", exclude={"encoder", "fingerprint"})
    from safetensors.numpy import save_file

    with tempfile.TemporaryDirectory() as name:
        whole = Path(name)
        write_model(whole, tensors, told)
        classifier = load_live(whole)
        progress.stage("Asking the rounded model", total=len(rows.texts), unit="texts")
        blocks: list[Floats] = []
        for start in range(0, len(rows.texts), _BLOCK):
            blocks.append(classifier.vectors(rows.texts[start : start + _BLOCK]))
            progress.advance(len(blocks[-1]))
        vectors = np.concatenate(blocks)
        chosen = classifier.head.logits(vectors).argmax(axis=1)
        if measure := learn_familiar(vectors, rows.targets):
            measure.save(whole)
            tensors |= {f"familiar.{n}": np.array(t) for n, t in mapped(whole / FAMILIAR).items()}
    kept = float((chosen == rows.predictions).mean())
    if kept < LEAST_KEPT:
        raise InputError(
            f"Rounded to half precision it answers {kept:.2%} of its {len(rows.texts):,} held-out "
            f"texts as before, and {LEAST_KEPT:.1%} is needed: train it again."
        )
    folder.mkdir(parents=True, exist_ok=True)
    save_file(tensors, folder / ADAPTER)
    (folder / ADAPTER).chmod(0o644)
    size = (folder / ADAPTER).stat().st_size
    if size > MOST_BYTES:
        (folder / ADAPTER).unlink()
        raise InputError(
            f"The adapter takes {size:,} bytes and a starter at most {MOST_BYTES:,}: train it with "
            "a lower --lora-rank."
        )
    measured = {
        "bytes": size,
        "kept": kept,
        "held_out": len(rows.texts),
        "languages": languages_of(rows.texts[:_TOLD_BY]),
    }
    _write_card(model, folder, told, measured)
    return measured


def _tensors(model: Artifact) -> dict[str, Any]:
    """Adapter and head in half precision, once they are known to give this very model."""
    path = model.path / "adapter.safetensors"
    if not path.is_file():
        raise InputError(f"{model.title} has no adapter: train it with --route=lora.")
    adapter = mapped(path)
    base = mapped(read_recipe(find_folder(DEFAULT)).weights[0])
    merged = with_adapter(base, adapter)
    own = mapped(model.path / "encoder" / "model.safetensors")
    if any(n not in merged or np.abs(merged[n] - w).max() > 1e-4 for n, w in own.items()):
        raise InputError(
            f"{model.title} is more than an adapter beside {DEFAULT}: train it with --route=lora "
            f"on --encoder={DEFAULT}, from no other classifier."
        )
    head = {f"head.{n}": t for n, t in mapped(model.path / "head.safetensors").items()}
    return {name: t.astype(np.float16) for name, t in {**adapter, **head}.items()}


def _held_out(model: Artifact, store: Store) -> _HeldOut:
    import pyarrow as pa
    import pyarrow.parquet as pq

    dataset = next((a for a in store.inputs(model) if a.kind == "dataset"), None)
    if dataset is None:
        raise InputError(f"The dataset {model.title} was trained on is gone: add it again.")
    said = pq.read_table(model.path / "predictions.parquet", columns=["row", "label", "prediction"])
    texts = pq.read_table(dataset.path / "rows.parquet", columns=["row", "text"])
    table: pa.Table = said.join(texts, "row").combine_chunks()
    labels = list(Card.model_validate(read_json(model.path / "model.json")).labels)
    columns = table.to_pydict()
    return _HeldOut(
        texts=[text or "" for text in columns["text"]],
        targets=np.asarray([labels.index(label) for label in columns["label"]]),
        predictions=np.asarray([labels.index(label) for label in columns["prediction"]]),
    )


def _write_card(
    model: Artifact, folder: Path, card: dict[str, Any], measured: dict[str, Any]
) -> None:
    facts = {n: model.facts[n] for n in _FACTS if n in model.facts} | measured
    about = {"card": card, "facts": {**facts, "encoder": DEFAULT},
             "command": model.manifest.command, "seconds": model.manifest.seconds}  # fmt: skip
    write_json(folder / ABOUT, about)
    if scores := read_json(model.path / SCORES):
        write_json(folder / SCORES, scores)
    readme = folder / "README.md"
    if readme.exists():
        return
    name = f"{folder.name}-starter"
    labels = ", ".join(card["labels"])
    accuracy, macro_f1 = facts.get("accuracy", 0.0), facts.get("macro_f1", 0.0)
    readme.write_text(
        f"# {name}\n\n"
        f"Tells apart: {labels}. A low-rank adapter beside all-MiniLM-L6-v2, with its head; "
        f"{measured['bytes']:,} bytes in half precision.\n\n"
        f'    python -m engine predict {name} --text "..."\n\n'
        "| what | figure |\n|---|---|\n"
        f"| accuracy on {facts.get('scored_rows', 0):,} {facts.get('scored_on', '')} texts | "
        f"{accuracy:.4f} |\n| macro-F1 | {macro_f1:.4f} |\n"
        f"| calibration error | {facts.get('ece', 0.0):.4f} |\n"
        f"| texts learnt from | {facts.get('train_rows', 0):,} |\n"
        f"| held-out answers that rounding left as they were | {measured['kept']:.2%} of "
        f"{measured['held_out']:,} |\n\n"
        f"Made by\n\n    {model.manifest.command}\n    python -m engine starter {model.title} "
        f"starters/{folder.name}\n",
        encoding="utf-8",
    )
