"""A model in; the versions of its dataset, the way to the newer one, and whether it helped, out."""

from __future__ import annotations

import streamlit as st

from engine.classify.spec import TrainSpec
from engine.data.edits import FILE, NO_ROW, Edit
from engine.store import Artifact
from pages._ui import nav
from pages._ui.format import count
from pages._ui.loaders import payload_json, store
from pages._ui.texts import plain

_DONE = {"relabel": "relabelled", "exclude": "excluded", "weight": "weighted", "add": "added"}


def dataset_of(found: Artifact) -> Artifact | None:
    """The dataset whose rows it scored, or it itself where it is one; None where it is gone."""
    if found.kind == "dataset":
        return found
    reference = found.manifest.inputs.get("dataset", "")
    inputs = store().inputs(found)
    return next((a for a in inputs if f"{a.kind}/{a.key}" == reference), None)


def model_of(found: Artifact) -> Artifact | None:
    """The classifier itself, or the one that was scored."""
    if found.kind == "model":
        return found
    return next((a for a in store().inputs(found) if a.kind == "model"), None)


def newer_version(model: Artifact, dataset: Artifact) -> None:
    """The newest dataset that edits made of this one, and the ways on; nothing without one."""
    if not (newer := _versions(dataset)):
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(
            f":material/history: **{plain(newer[0].title)}** is a newer version of this "
            f"dataset, with {_summary(newer[0])}.",
            width="stretch",
        )
        for one in _trained_on(newer[0])[:1]:
            if st.button("Open its newest report", key="newer-report"):
                nav.go("train", model=one.key)
        if st.button("Train again on it", key="newer-train", icon=":material/model_training:"):
            nav.go("train", dataset=newer[0].key, **form_like(model))


def form_like(model: Artifact) -> dict[str, str]:
    """What the Train page's address needs to begin with the choices of :func:`train_again`."""
    learnt = model.manifest.spec.get("route", "quick") != "quick"
    return {"like": model.key, "start": model.key} if learnt else {"like": model.key}


def applied_edits(dataset: Artifact) -> None:
    """What was edited to make this version, why and when; nothing for one that was not edited."""
    if dataset.manifest.stage != "data edit":
        return
    before = next((a for a in store().inputs(dataset) if a.kind == "dataset"), None)
    edits = [Edit.model_validate(one) for one in payload_json(dataset, FILE) or []]
    title = f"A version of {plain(before.title)}" if before else "A version of another dataset"
    with st.expander(f"{title} with {_summary(dataset)}", icon=":material/history:"):
        st.dataframe(
            {
                "Row": [row_of(edit) for edit in edits],
                "Edit": [told(edit) for edit in edits],
                "Why": [edit.note for edit in edits],
                **({"Text": [edit.text for edit in edits]} if any(e.text for e in edits) else {}),
                "When": [edit.when for edit in edits],
            },
            column_config={
                "Row": st.column_config.NumberColumn(width=70),
                "When": st.column_config.DatetimeColumn(format="distance"),
            },
            hide_index=True,
            height=min(38 + 35 * len(edits), 353),
        )
        if before and st.button("Open the version before", icon=":material/arrow_back:"):
            nav.go("data", dataset=before.key)


def told(edit: Edit) -> str:
    """'World → Sports', 'excluded', 'weight 2', 'added as Sports'."""
    if edit.action == "add":
        return f"added as {edit.value}"
    if edit.action == "exclude":
        return "excluded"
    if edit.action == "weight":
        return f"weight {edit.value:g}"
    return f"{edit.was} → {edit.value}" if edit.was else f"→ {edit.value}"


def row_of(edit: Edit) -> int | None:
    """The row it is about; None where a text was added that was made from none."""
    return None if edit.row == NO_ROW else edit.row


def train_again(model: Artifact, dataset: Artifact) -> TrainSpec:
    """What trained `model`, on another dataset; where its encoder learnt, going on from there."""
    known = {k: v for k, v in model.manifest.spec.items() if k in TrainSpec.model_fields}
    known["dataset"] = dataset.key
    if model.manifest.spec.get("route") != "quick":
        known["start"] = model.key
        known.pop("encoder", None)  # the classifier brings its own
    spec: TrainSpec = TrainSpec.parse(known)
    return spec


def did_it_help(model: Artifact, dataset: Artifact) -> None:
    """What the edits were, and the way to the paired test against the classifier before them."""
    before = next((a for a in store().inputs(dataset) if a.kind == "dataset"), None)
    of = plain(before.title if before else "an earlier version")
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(
            f":material/rule: Learnt from {of} with {_summary(dataset)}.",
            width="stretch",
        )
        old = model_before(model, before) if before else None
        if old and st.button(
            f"Did it help? Compare with {plain(old.title)}", key="did-it-help",
            icon=":material/compare_arrows:",
            help="The paired test on the texts that neither of the two has learnt from.",
        ):  # fmt: skip
            # The tabs are bound to ?part=, which only their own state may change.
            st.session_state["part"] = "Compare"
            nav.go("train", model=model.key, compare=old.key)


def model_before(model: Artifact, before: Artifact) -> Artifact | None:
    """The classifier it went on from; else the newest of the earlier version made most alike."""
    models = _trained_on(before)
    start = model.manifest.spec.get("start")
    went_on_from = [m for m in models if start and start in (m.key, m.name)]
    if went_on_from or not models:
        return went_on_from[0] if went_on_from else None
    spec = model.manifest.spec

    def alike(one: Artifact) -> int:
        return sum(spec.get(name) == value for name, value in one.manifest.spec.items())

    return max(models, key=alike)  # the first of equals is the newest


def _trained_on(dataset: Artifact) -> list[Artifact]:
    """Classifiers that learnt from a dataset, newest first."""
    reference = f"{dataset.kind}/{dataset.key}"
    models = store().artifacts("model")
    return [m for m in models if m.manifest.inputs.get("dataset") == reference]


def _versions(dataset: Artifact) -> list[Artifact]:
    """Datasets that were made of this one by edits, newest first."""
    reference = f"{dataset.kind}/{dataset.key}"
    return [
        a
        for a in store().artifacts("dataset")
        if a.manifest.stage == "data edit" and a.manifest.inputs.get("dataset") == reference
    ]


def _summary(dataset: Artifact) -> str:
    """'3 texts relabelled and 2 excluded' of an edited dataset."""
    edits = dataset.facts.get("edits", {})
    done = [(edits[action], word) for action, word in _DONE.items() if edits.get(action)]
    told = [f"{count(n, '' if i else 'text')} {word}" for i, (n, word) in enumerate(done)]
    return " and ".join(filter(None, [", ".join(told[:-1]), *told[-1:]]))
