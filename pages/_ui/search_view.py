"""A search in; its trials as a picture and a table, and the ways to its best out."""

from __future__ import annotations

import streamlit as st

from engine.store import Artifact
from pages._ui import nav, words
from pages._ui.format import count, duration
from pages._ui.loaders import artifact, payload_json
from pages._ui.texts import plain

_FEW = 3
"""Validation texts by which a best of many trials is better for no reason."""
_METRICS = {
    "macro_f1": "Macro-F1",
    "accuracy": "Accuracy",
    "balanced_accuracy": "Balanced accuracy",
    "loss": "Loss",
}


def search_view(found: Artifact) -> None:
    """Draw the search: what is best, what was tried, and how the trials lie."""
    facts = found.facts
    dataset = artifact(str(found.manifest.spec["dataset"]), "dataset")
    on = f" on {dataset.title}" if dataset else ""
    st.title(plain(found.name or f"Search{on}"), anchor=False)
    metric = _METRICS[facts["metric"]]
    told = f"{count(facts['trials'], 'trial')}, {facts['pruned']} of them left early"
    st.caption(plain(f"{told}; {duration(facts['seconds_searched'])} of trials{on}."))
    judges = int(dataset.facts["splits"].get("validation", 0)) if dataset else 0
    gain = facts.get("gain")
    # A few texts more or less: what a search among many takes for better.
    luck = judges and gain is not None and facts["metric"] != "loss" and gain * judges < _FEW
    with st.container(horizontal=True):
        st.metric(
            f"{metric} on validation",
            f"{facts['score']:.3f}",
            delta=f"{gain:+.3f} on the first trial" if gain is not None else None,
            delta_color="off" if luck or not gain else "normal",
            delta_arrow="off" if not gain else "auto",
            help="Of the best trial's best look, against the first trial, which had the settings "
            "given. Chosen as the best of many, it is a little too kind.",
        )
        st.metric(
            f"Macro-F1 on {facts['scored_on']}",
            f"{facts['macro_f1']:.3f}",
            help="Of the classifier trained with these settings, on texts that the search never "
            "looked at.",
        )
        st.metric(f"Accuracy on {facts['scored_on']}", f"{facts['accuracy']:.3f}")
    if luck:
        st.caption(
            f":material/info: {count(judges, 'validation text')} judged, and one of them is "
            f"{1 / judges:.3f} of accuracy: so small a gain may be luck. Trust the settings you "
            "gave as much."
        )
    best = ", ".join(f"{words.field(n).lower()} {_said(v)}" for n, v in facts["best"].items())
    st.markdown(plain(f"Best settings: {best}."))
    _ways(found)
    _trials(found, metric)


def _ways(found: Artifact) -> None:
    model = artifact(found.facts["model"], "model")
    dataset = str(found.manifest.spec["dataset"])
    with st.container(horizontal=True):
        if model and st.button(
            "Open the classifier", type="primary", icon=":material/open_in_new:"
        ):
            nav.go("train", model=model.key)
        if model and st.button(
            "Use the best",
            icon=":material/tune:",
            help="Fill the form with these settings, to go on from there.",
        ):
            nav.go("train", dataset=dataset, like=model.key)
        if model is None:
            st.caption("The classifier of this search was removed; search again to have it back.")


def _trials(found: Artifact, metric: str) -> None:
    from engine.figures.base import CONFIG
    from engine.figures.parallel import parallel_figure

    rows = payload_json(found, "trials.json") or []
    if not rows:
        return
    names = {name: words.field(name) for name in found.facts["best"]}
    st.subheader("What was tried", anchor=False)
    st.plotly_chart(
        parallel_figure(
            [row["settings"] for row in rows],
            [row["score"] for row in rows],
            names=names,
            score_name=metric,
            whole=[row["state"] == "complete" for row in rows],
            best=int(found.facts["best_trial"]) - 1,
        ),
        config=CONFIG,
        key=f"parallel-{found.key}",
        alt="Every trial as a line across its settings, ending at its score",
    )
    st.caption(
        "Orange is the best trial; the paler a line, the farther its score from that. Dotted ones "
        "were left early: a look at them fell below the median of the trials before."
    )
    table: dict[str, list[object]] = {
        "Trial": [row["number"] for row in rows],
        metric: [row["score"] for row in rows],
        "State": ["whole" if row["state"] == "complete" else "left early" for row in rows],
    }
    for name, label in names.items():
        table[label] = [row["settings"][name] for row in rows]
    table["Seconds"] = [row["seconds"] for row in rows]
    st.dataframe(
        table,
        column_config={
            metric: st.column_config.NumberColumn(format="%.4f"),
            "Learning rate": st.column_config.NumberColumn(format="scientific"),
            "Strength": st.column_config.NumberColumn(format="%.3g"),
            "Seconds": st.column_config.NumberColumn(format="%.1f"),
        },
        hide_index=True,
    )


def _said(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.3g}" if isinstance(value, float) else str(value).replace("_", " ")
