"""An explained text in, the training texts behind its answer out: the nearest, the most telling."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from engine import jobs
from engine.store import Artifact
from pages._ui.evidence import evidence
from pages._ui.explain.loaded import turn
from pages._ui.explain.text.explained import Explained
from pages._ui.explain.what_if.changing import remembered
from pages._ui.forms import command_line
from pages._ui.job_monitor import job_monitor
from pages._ui.loaders import made, store
from pages._ui.rows_view import one_row
from pages._ui.texts import plain
from pages._ui.versions_view import dataset_of

if TYPE_CHECKING:
    from engine.explain.subject import Subject
    from engine.explain.what_if.training_texts import Neighbour

_JOB = "vectors-job"
_NEAREST, _FOR, _AGAINST = "Nearest", "Spoke for it", "Spoke against it"
_TOLD = {
    _NEAREST: "The texts whose vectors point most nearly the same way (cosine), whatever their "
    "labels. A wrong label among them may be the reason for a wrong answer.",
    _FOR: "Training texts that pushed the head towards this category for this text (TracIn, by the "
    "gradients of the head's weights as they ended up; what the encoder learnt is not in it).",
    _AGAINST: "Training texts that pushed the head away from this category for this text (TracIn, "
    "by the gradients of the head's weights as they ended up).",
}


def behind_part(found: Artifact, dataset: Artifact, subject: Subject, explained: Explained) -> None:
    """Draw the table of texts, or what it takes to make it."""
    own = dataset_of(found)
    title = "Training texts behind this answer" if own else f"Nearest texts in {dataset.title}"
    part = st.expander(
        plain(title), icon=":material/library_books:", key="behind-open", on_change="rerun"
    )
    if not part.open:
        return  # nothing is looked for while nobody looks
    with part:
        if (vectors := _vectors(found, dataset)) is None:
            return
        shown = _NEAREST
        if own:
            shown = st.segmented_control(
                "Which texts", list(_TOLD), default=_NEAREST, required=True, key="behind-which",
                wrap=True, label_visibility="collapsed",
            ) or _NEAREST  # fmt: skip
        category = subject.names[explained.target.of]
        st.caption(plain(_TOLD[shown].replace("this category", category)))
        if not own:
            st.caption(
                "These texts did not teach the classifier; they are what this dataset has that is "
                "most alike."
            )
        _table(found, dataset, vectors, subject, explained, shown)


def _vectors(found: Artifact, dataset: Artifact) -> Artifact | None:
    """The dataset read by this classifier's encoder; while that is missing, how to get it."""
    from engine.explain.what_if.training_texts import vectors_spec

    spec = vectors_spec(found, dataset)
    if ready := made(spec):
        st.query_params.pop(_JOB, None)
        return ready
    if job_id := st.query_params.get(_JOB):
        job_monitor(job_id, title="Reading the texts", param=_JOB)
        return None
    st.markdown(
        plain(
            f"To find them, the classifier's encoder reads {dataset.facts.get('rows', 0):,} texts "
            f"of {dataset.title} once."
        )
    )
    if st.button("Read the texts", type="primary", icon=":material/search:", key="behind-read"):
        st.query_params[_JOB] = jobs.submit(spec, store=store()).id
        st.rerun()
    command_line(spec)
    return None


def _table(
    found: Artifact,
    dataset: Artifact,
    vectors: Artifact,
    subject: Subject,
    explained: Explained,
    shown: str,
) -> None:
    texts = remembered(
        lambda: _texts(found, dataset, vectors, subject, explained, shown),
        subject.key, explained.text, dataset.key, shown, explained.target.of,
    )  # fmt: skip
    most = max((abs(one.value) for one in texts), default=1.0) if shown != _NEAREST else 1.0
    rows: list[dict[str, Any]] = [
        {"row": one.row, "text": one.text, "title": one.title, "label": one.label,
         "prediction": one.label, "split": one.split, "confidence": abs(one.value) / most}
        for one in texts
    ]  # fmt: skip
    help = "Cosine of the two vectors." if shown == _NEAREST else "Of the strongest, in per cent."
    evidence(
        found if dataset_of(found) else dataset, rows,
        key=f"behind-{dataset.key}-{shown}", said="Label", sure_help=help,
        sure="Alike" if shown == _NEAREST else "Strength",
        draw=lambda row: one_row(dataset, row),
    )  # fmt: skip


def _texts(
    found: Artifact,
    dataset: Artifact,
    vectors: Artifact,
    subject: Subject,
    explained: Explained,
    shown: str,
) -> list[Neighbour]:
    from engine.explain.what_if.training_texts import influential_texts, nearest_texts, vector_of

    with turn(subject):
        vector = vector_of(subject, explained.text)
    if shown == _NEAREST:
        return nearest_texts(found, dataset, vectors, vector, store())
    label = subject.names[explained.target.of]
    pro, con = influential_texts(found, dataset, vectors, vector, label, store())
    return pro if shown == _FOR else con
