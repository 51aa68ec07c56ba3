"""A model or an evaluation in, its name and in one line what it is out."""

from __future__ import annotations

import streamlit as st

from engine.store import Artifact
from pages._ui import nav
from pages._ui.format import ago, count, duration
from pages._ui.loaders import store
from pages._ui.texts import plain

ROUTES = {"quick": "Quick", "finetune": "Fine-tuned", "lora": "Adapter (LoRA)",
          "imported": "Imported"}  # fmt: skip


def report_title(found: Artifact) -> None:
    """Its name, what it is, and the way to try it."""
    inputs = store().inputs(found)
    model = found if found.kind == "model" else next((a for a in inputs if a.kind == "model"), None)
    dataset = next((a for a in inputs if a.kind == "dataset"), None)
    on = f" of {dataset.title}" if dataset else ""
    if found.kind == "model":
        title = found.title
        parts = [
            f"{ROUTES.get(found.facts.get('route', ''), '')} classifier".strip(),
            _origin(found, on),
        ]
    else:
        title = f"{model.title if model else 'A classifier'} on {dataset.title if dataset else '…'}"
        parts = [f"Scored on {count(found.facts.get('rows', 0), 'text')}{on}"]
    parts += [ago(found.manifest.created), f"took {duration(found.manifest.seconds)}"]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.title(plain(title), anchor=False, width="stretch")
        if (
            model
            and nav.exists("predict")
            and st.button("Try it on a text", type="primary", icon=nav.PLACES["predict"].icon)
        ):
            nav.go("predict", model=model.key)
    st.caption(plain(" · ".join(parts)))


def _origin(found: Artifact, on: str) -> str:
    """What it learnt from, or where it was brought in from."""
    if came_from := found.facts.get("came_from"):
        return f"brought in from {came_from}"
    return f"learnt from {count(found.facts.get('train_rows', 0), 'text')}{on}"
