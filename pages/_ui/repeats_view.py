"""Trainings with several seeds in; their mean, their spread and each of them out."""

from __future__ import annotations

from math import sqrt

import streamlit as st

from engine.store import Artifact
from pages._ui import nav
from pages._ui.format import count, duration
from pages._ui.loaders import artifact, payload_json
from pages._ui.texts import plain


def repeats_view(found: Artifact) -> None:
    """Draw the mean and spread of the scores; choosing a row opens that classifier's report."""
    facts = found.facts
    rows = payload_json(found, "repeats.json") or []
    dataset = artifact(str(found.manifest.spec["dataset"]), "dataset")
    on = f" on {dataset.title}" if dataset else ""
    st.title(plain(found.name or f"Several seeds{on}"), anchor=False)
    st.caption(
        plain(
            f"{count(facts['runs'], 'training')} with the same settings and another seed each, "
            f"scored on {count(facts['scored_rows'], 'text')} ({facts['scored_on']})."
        )
    )
    with st.container(horizontal=True):
        for name, label in (("accuracy", "Accuracy"), ("macro_f1", "Macro-F1")):
            st.metric(
                label,
                f"{facts[name]:.3f} ± {facts[f'{name}_std']:.3f}",
                help=f"Mean and standard deviation; from {facts[f'{name}_low']:.3f} to "
                f"{facts[f'{name}_high']:.3f}.",
            )
    spread = facts["macro_f1_high"] - facts["macro_f1_low"]
    st.markdown(
        f"Macro-F1 differs by up to {spread:.3f} between seeds: a change of settings that gains "
        "less than that may be luck."
    )
    n, share = int(facts["scored_rows"]), min(max(float(facts["accuracy"]), 0.0), 1.0)
    st.caption(
        f"Seeds are not all there is to it: {count(n, 'text')} tell an accuracy to about "
        f"± {1.96 * sqrt(share * (1 - share) / n):.3f} (95 %), whatever the seed."
    )
    event = st.dataframe(
        {
            "Seed": [row["seed"] for row in rows],
            "Accuracy": [row["accuracy"] for row in rows],
            "Macro-F1": [row["macro_f1"] for row in rows],
            "Calibration error": [row["ece"] for row in rows],
            "Time": [duration(row["seconds"]) for row in rows],
        },
        column_config={
            name: st.column_config.NumberColumn(format="%.4f")
            for name in ("Accuracy", "Macro-F1", "Calibration error")
        },
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key=f"repeats-{found.key}",
    )
    st.caption("Choose a row to open its report.")
    if st.button(
        "Open the one in the middle",
        icon=":material/open_in_new:",
        help="The classifier nearest to the mean: the one with the highest score would be a choice "
        "by the test texts.",
    ):
        nav.go("train", model=facts["middle"])
    picked = [n for n in event["selection"]["rows"] if n < len(rows)]
    if picked:
        nav.go("train", model=rows[picked[0]]["model"])
