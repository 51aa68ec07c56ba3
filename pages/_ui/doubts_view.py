"""A model, or a dataset, in; its labels that are likely wrong, ranked and open to edits, out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from engine import jobs
from engine.classify.doubts.spec import DoubtsSpec
from engine.encoder.hub.find import is_here
from engine.store import Artifact
from pages._ui.evidence import evidence
from pages._ui.format import count, percent
from pages._ui.forms import command_line
from pages._ui.job_monitor import job_monitor
from pages._ui.loaders import made, store
from pages._ui.versions_view import dataset_of

_JOB = "doubts-job"
_MOST_TEXTS = 500
_ALL = "All"


def doubts_view(found: Artifact) -> None:
    """Draw the ranked list, or what it takes to make it."""
    dataset = dataset_of(found)
    if dataset is None:
        st.info("The dataset is not kept any more, and its labels went with it.")
        return
    st.markdown(
        "Every text is judged by a linear model that learnt from the *other* texts. Where it is "
        "sure of another label than the one given, the label may be wrong. A suspicion is not a "
        "verdict: the text may be odd, or the model may not grasp the category. Read before you "
        "relabel."
    )
    spec = _spec(found, dataset)
    done = made(spec) if is_here(spec.encoder) else None
    if done:
        st.query_params.pop(_JOB, None)
        _list(found, dataset, done)
    elif job_id := st.query_params.get(_JOB):
        job_monitor(job_id, title="Looking for wrong labels", param=_JOB)
    else:
        if st.button("Look for wrong labels", type="primary", icon=":material/search:"):
            st.query_params[_JOB] = jobs.submit(spec, store=store()).id
            st.rerun()
        st.caption(
            "Seconds to a minute or two where this encoder has read the texts before; else it "
            "reads them first."
        )
    command_line(spec.model_copy(update={"dataset": dataset.name or dataset.key}))


def _spec(found: Artifact, dataset: Artifact) -> DoubtsSpec:
    """The encoder as the model was given it: one that learnt these labels could not doubt them."""
    given = found.manifest.spec if found.kind == "model" else {}
    chosen = {name: given[name] for name in ("encoder", "max_length", "attention") if name in given}
    spec: DoubtsSpec = DoubtsSpec.parse({**chosen, "dataset": dataset.key})
    return spec


def _list(found: Artifact, dataset: Artifact, done: Artifact) -> None:
    facts = done.facts
    if not facts["doubted"]:
        st.success("No label is doubted.", icon=":material/check_circle:")
        return
    with st.grid(3, min_column_width=170):
        st.metric(
            "Doubted labels", count(facts["doubted"]), delta_color="off", delta_arrow="off",
            delta=f"{percent(facts['doubted'] / facts['rows'])} of {count(facts['rows'])}",
            help="As confident learning counts them: labels where another one is likelier than is "
            "usual for texts of that other label.",
        )  # fmt: skip
        st.metric(
            "Agrees with the label", percent(facts["agreement"]),
            help="Of all texts, how often the model that never saw a text says its given label. "
            "The lower, the more of the doubts are the model's own mistakes.",
        )  # fmt: skip
        if facts["skipped"]:
            st.metric(
                "Not judged", count(facts["skipped"]),
                help="Texts of categories with too few different texts to learn them without one.",
            )  # fmt: skip
    pairs = {f"{given} → {better}  ({count(n)})": (given, better)
             for given, better, n in facts["pairs"]}  # fmt: skip
    chosen = st.selectbox(
        "Given → suggested", [_ALL, *pairs], key=f"doubts-{done.key}", width=360,
        help="The most frequent kinds of doubt come first.",
    )  # fmt: skip
    pair = pairs.get(chosen, ("", ""))
    rows = doubted(str(done.path), str(dataset.path / "rows.parquet"), *pair)
    total = next((n for *one, n in facts["pairs"] if tuple(one) == pair), facts["doubted"])
    evidence(
        found, rows, key=f"doubts-{done.key}-{chosen}", total=total, said="Suggested", sure="Doubt",
        sure_help="How likely the given label is not the right one, in the eyes of that model.",
    )  # fmt: skip


@st.cache_data(max_size="64mb", show_spinner="Opening the texts")
def doubted(folder: str, rows: str, label: str, suggestion: str) -> list[dict[str, Any]]:
    """The most doubted rows first, of one pair of labels where it is given."""
    from engine.classify.doubts.texts import doubted_texts

    found = doubted_texts(
        Path(folder), Path(rows), label=label, suggestion=suggestion, limit=_MOST_TEXTS
    )
    return [{**row, "confidence": 1 - row["score"]} for row in found]
