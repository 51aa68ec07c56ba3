"""A model artifact and what its export holds in, the model card README.md out."""

from __future__ import annotations

import json
from typing import Any

from engine.classify.classifier import Card
from engine.classify.export.snippet import packages
from engine.store import Artifact
from engine.store.files import read_json

_BASES = {"minilm": "sentence-transformers/all-MiniLM-L6-v2"}
_ROUTES = {
    "quick": "The encoder stayed as it was; a linear head was fitted on its vectors.",
    "finetune": "The encoder and a linear head were trained together.",
    "lora": "Low-rank matrices beside the encoder's weights were trained, then added to them.",
    "imported": "It was trained elsewhere and brought into Limn as it is.",
}


def model_card(
    model: Artifact, card: Card, *, dataset: Artifact | None, source: Artifact | None,
    parity: dict[str, Any], sequence: str, limit: int,
) -> str:  # fmt: skip
    """The card: what it does, how to use it, data, licence, metrics, limits, how it was made.

    Args:
        model: The artifact.
        card: Its ``model.json``.
        dataset: What it learnt from, where that is here.
        source: The file behind that.
        parity: The ONNX comparison, or ``{"ok": False, "why": ...}``.
        sequence: Why there is no transformers folder; "" where there is one.
        limit: Tokens read of a text.
    """
    scores = read_json(model.path / "scores.json") or {}
    parts = [
        _front(model, card, scores),
        f"# {model.title}\n",
        f"A text classifier with {len(card.labels)} categories: {_listed(card.labels)}. Made with "
        "Limn.\n",
        _use(card, parity, sequence),
        _data(card, dataset, source),
        _metrics(scores),
        _limits(card, limit),
        _made(model, card, dataset),
    ]
    return "\n".join(parts)


def _front(model: Artifact, card: Card, scores: dict[str, Any]) -> str:
    base = _BASES.get(str(model.facts.get("encoder", "")), "")
    lines = ["---", "library_name: sentence-transformers", "pipeline_tag: text-classification",
             "tags:", "- text-classification", "- sentence-transformers", "- onnx",
             "license: unknown"]  # fmt: skip
    lines += [f"base_model: {base}"] if base else []
    if scores.get("accuracy") is not None:
        lines += [
            "model-index:",
            f"- name: {json.dumps(model.title)}",
            "  results:",
            "  - task:",
            "      type: text-classification",
            "    dataset:",
            f"      name: {json.dumps('held-out rows of its own dataset')}",
            "      type: own",
            "    metrics:",
            *(
                line
                for name in ("accuracy", "macro_f1")
                for line in (f"    - type: {name}", f"      value: {scores[name]:.4f}")
            ),
        ]
    return "\n".join([*lines, "---", ""])


def _use(card: Card, parity: dict[str, Any], sequence: str) -> str:
    steps = ", ".join(card.clean) or "none"
    labels = json.dumps(list(card.labels), ensure_ascii=False)
    text = f"""## How to use it

The texts it learnt from were cleaned first (steps: {steps}). `predict.py` does the same; with the
other two, give texts that are cleaned, or expect small differences on messy ones.

**A single file, without PyTorch** (`pip install {" ".join(packages(card))}`):

```bash
python predict.py "A text to classify"
```

**sentence-transformers**: `encode` gives the logits of the categories.

```python
from sentence_transformers import SentenceTransformer
import numpy as np

labels = {labels}
logits = SentenceTransformer("path/to/this/folder").encode(["A text to classify"])
shares = np.exp(logits - logits.max(1, keepdims=True))
shares /= shares.sum(1, keepdims=True)
print(dict(zip(labels, shares[0].tolist())))
```

The encoder alone loads with `transformers.AutoModel.from_pretrained(folder)`.
"""
    if sequence:
        text += f"\n**transformers** has no class that computes it exactly: {sequence}\n"
    else:
        text += (
            "\n**transformers**: "
            '`AutoModelForSequenceClassification.from_pretrained("path/to/this/folder/'
            'transformers")`.\n'
        )
    if parity.get("ok"):
        text += (
            f"\nThe ONNX graph was compared with the model on {parity['texts']:,} texts "
            f"({parity['of']}): the same category for every one, no logit further off than "
            f"{parity['max_logit_difference']:.1e}.\n"
        )
    elif "texts" in parity:
        text += (
            f"\n**The ONNX graph is not equal to the model**: on {parity['texts']:,} texts "
            f"{parity['same_label']:.2%} got the same category, and a logit is off by "
            f"{parity['max_logit_difference']:.1e}. Do not rely on it.\n"
        )
    else:
        text += f"\nThere is no ONNX graph: {parity.get('why', 'it was not asked for')}\n"
    return text


def _data(card: Card, dataset: Artifact | None, source: Artifact | None) -> str:
    if dataset is None:
        return "## Data\n\nWhat it was trained on is not known here; nor is its licence.\n"
    facts = dataset.facts
    splits = ", ".join(f"{n:,} {name}" for name, n in (facts.get("splits") or {}).items())
    counts = ", ".join(f"{label} {n:,}" for label, n in (facts.get("labels") or {}).items())
    named = str(facts.get("file") or (source.title if source else dataset.title))
    licence = _licence(named, source)
    columns = " + ".join(card.text_columns) or "one column"
    return f"""## Data

{facts.get("rows", 0):,} rows of {named} (dataset `{dataset.title}`, key `{dataset.key}`): {splits}.
Text: {columns}. Categories: {counts}.

Licence of the data: {licence}. Whether a model may be passed on depends on it; check before you do.
"""


def _licence(named: str, source: Artifact | None) -> str:
    """As the publisher of a public dataset states it, known by how it came or by its columns."""
    from engine.data.fetch import PUBLIC

    public = str(source.manifest.spec.get("public", "")) if source else ""
    if public in PUBLIC:
        return f"{PUBLIC[public].licence}, as its publisher states ({PUBLIC[public].page})"
    for one in PUBLIC.values():
        if one.title == named:
            return (
                f"not recorded with the file; {one.title}, whose columns it has, is published "
                f"under {one.licence} ({one.page})"
            )
    return "unknown"


def _metrics(scores: dict[str, Any]) -> str:
    if scores.get("accuracy") is None:
        return "## Metrics\n\nIt was not scored here yet.\n"

    def told(name: str, entry: dict[str, Any]) -> str:
        interval = entry.get(f"{name}_interval")
        text = f"{entry[name]:.3f}"
        return f"{text} ({interval[0]:.3f} to {interval[1]:.3f})" if interval else text

    split = scores.get("split", "test")
    lines = [
        f"## Metrics\n\nOn {scores['rows']:,} {split} rows it did not learn from, with 95 % "
        "bootstrap intervals:\n",
        f"- accuracy {told('accuracy', scores)}",
        f"- macro-F1 {told('macro_f1', scores)}",
        f"- always saying the most frequent category would give {scores['majority']:.3f}",
        f"- expected calibration error {scores['ece']:.3f}\n",
        "| category | precision | recall | F1 | rows |",
        "|---|---|---|---|---|",
    ]
    for label, entry in list(scores["per_class"].items())[:100]:
        cells = " | ".join(told(name, entry) for name in ("precision", "recall", "f1"))
        lines.append(f"| {_cell(label)} | {cells} | {entry['support']:,} |")
    return "\n".join(lines) + "\n"


def _limits(card: Card, limit: int) -> str:
    calibrated = (
        "How far its probabilities can be believed was not measured here."
        if card.route == "imported"
        else "Its probabilities were calibrated on validation texts; on other texts they may be "
        "too high."
    )
    return f"""## Meant for, and limits

Meant for texts like those it learnt from, in the same language and of the same kind. It always
answers with one of its categories, also for a text that belongs to none. It reads the first
{limit:,} tokens of a text and nothing after. {calibrated} It learnt
what its labels say, mistakes and one-sidedness included: do not decide about people by it alone.
"""


def _made(model: Artifact, card: Card, dataset: Artifact | None) -> str:
    commands = [dataset.manifest.command] if dataset else []
    commands.append(model.manifest.command)
    lines = "\n".join(commands)
    versions = ", ".join(f"{name} {value}" for name, value in model.manifest.machine.items())
    return f"""## How it was made

{_ROUTES.get(card.route, card.route)} Encoder: {model.facts.get("encoder", "its own")}.

```bash
{lines}
```

Key `{model.key}`, {model.manifest.created:%d %B %Y}, {model.manifest.seconds:,.0f} s. {versions}
"""


def _listed(labels: tuple[str, ...]) -> str:
    shown = ", ".join(labels[:12])
    return f"{shown} and {len(labels) - 12} more" if len(labels) > 12 else shown


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
