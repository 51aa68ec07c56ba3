"""A classifier and another in, whether one is better beyond chance out, and what parts them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from engine import jobs
from engine.classify.evaluation.spec import CompareSpec
from engine.store import Artifact
from pages._ui.evidence import evidence
from pages._ui.format import count
from pages._ui.forms import command_line
from pages._ui.job_monitor import job_monitor
from pages._ui.loaders import made, payload_json, store
from pages._ui.report.subject import MOST_TEXTS, Subject
from pages._ui.texts import plain

_PARAM = "comparing"
_OTHER = "compare"
"""The query parameter that names the other classifier, for links from elsewhere."""
_BASELINE = ""
_FIXED, _BROKEN = "Fixed", "Broken"
_ALL = "All categories"
_BARS = 12


def compare(about: Subject) -> None:
    """Choose the other and the texts, start, and read the verdict."""
    if about.model is None or about.dataset is None:
        st.info("The classifier or its dataset is not kept any more, so there is nothing to ask.")
        return
    spec = _chosen(about, about.model, about.dataset)
    if job_id := st.query_params.get(_PARAM):
        job = job_monitor(job_id, title="Comparing", param=_PARAM)
        if job is None or job.active:
            return
        if made(spec):
            st.query_params.pop(_PARAM, None)
            st.rerun()
    if found := made(spec):
        _result(about.model, found)
    elif st.button("Compare", type="primary", icon=":material/balance:"):
        st.query_params[_PARAM] = jobs.submit(spec, store=store()).id
        st.rerun()
    command_line(spec)


def _chosen(about: Subject, model: Artifact, dataset: Artifact) -> CompareSpec:
    labels = set(about.labels)
    others = {
        one.key: one
        for one in store().artifacts("model")
        if one.key != model.key and set(one.facts.get("labels", [])) == labels
    }
    datasets = {
        one.key: one
        for one in store().artifacts("dataset")
        if labels & set(one.facts.get("labels", {}))
    }
    with st.container(horizontal=True, vertical_alignment="bottom"):
        offered = [*others, _BASELINE]
        asked = st.query_params.get(_OTHER)
        other = st.selectbox(
            "With", offered, key=f"other-{model.key}", width=300,
            index=offered.index(asked) if asked in offered else 0,
            format_func=lambda k: others[k].title if k else "TF-IDF + linear (the baseline)",
            help="Classifiers of the same categories, newest first, and the baseline.",
        )  # fmt: skip
        on = st.selectbox(
            "On", list(datasets), key=f"on-{model.key}", width=300,
            index=list(datasets).index(dataset.key),
            format_func=lambda k: datasets[k].title,
            help="The dataset whose texts and labels count. Texts that either of the two has "
            "learnt from, in whichever version of a dataset, are left out.",
        )  # fmt: skip
        splits = [s for s in ("test", "validation") if datasets[on].facts["splits"].get(s)]
        split = st.segmented_control(
            "Texts", splits or ["test"], default=(splits or ["test"])[0], required=True,
            key=f"compare-split-{on}", help="Which part of the dataset.",
        )  # fmt: skip
    return CompareSpec(model=model.key, dataset=on, other=other, split=split)  # type: ignore[arg-type]


def _result(model: Artifact, found: Artifact) -> None:
    told = payload_json(found, "comparison.json")
    names = told["names"]
    (st.success if told["winner"] == 1 else st.warning if told["winner"] == 2 else st.info)(
        plain(told["verdict"])
    )
    left_out = (
        f" {count(told['left_out'], 'text')} that one of the two has learnt from "
        f"{'is' if told['left_out'] == 1 else 'are'} left out."
        if told["left_out"]
        else " Neither has learnt from any of them."
    )
    if told["unknown"]:
        left_out = (
            f" What {' and '.join(told['unknown'])} learnt from is not known here; copies of that "
            "may be among them."
        )
    st.caption(plain(f"Judged on {count(told['rows'], told['split'] + ' text')}.{left_out}"))
    chart, table = st.columns(2, gap="large")
    with chart:
        _paired(found, told)
    with table:
        st.dataframe(
            {
                "Classifier": names,
                "Accuracy": [f"{one * 100:.1f} %" for one in told["accuracy"]],
                "Macro-F1": [f"{one * 100:.1f} %" for one in told["macro_f1"]],
                "Only it is right": [told["fixed"], told["broken"]],
            },
            hide_index=True,
            column_config={
                "Only it is right": st.column_config.NumberColumn(
                    help="Texts that this one has right and the other wrong. McNemar's exact test "
                    "asks whether these two numbers differ beyond a fair coin's."
                )
            },
        )
    _flips(model, found, told)


def _paired(found: Artifact, told: dict[str, Any]) -> None:
    from engine.figures.base import CONFIG, one_point
    from engine.figures.paired import paired_figure

    names, chart = told["names"], f"paired-{found.key}"

    def choose() -> None:
        more = one_point(st.session_state[chart]["selection"]["points"], "x")
        if more:
            _open(found, fixed=more > 0)

    st.plotly_chart(
        paired_figure([
            ("Accuracy", told["accuracy_difference"], tuple(told["accuracy_interval"])),
            ("Macro-F1", told["macro_f1_difference"], tuple(told["macro_f1_interval"])),
        ]),
        config=CONFIG, key=chart, on_select=choose, selection_mode="points",
        alt="Difference in accuracy and macro-F1 with 95% intervals; zero is no difference",
    )  # fmt: skip
    st.caption(
        plain(f"To the right {names[0]} is better, to the left {names[1]}. A line across zero "
              "is within chance (95 %, paired bootstrap). A click opens what the better one alone "
              "has right.")
    )  # fmt: skip


def _flips(model: Artifact, found: Artifact, told: dict[str, Any]) -> None:
    """Where the two part: bars of it by category, and the texts of the bar that is chosen."""
    if not told["fixed"] and not told["broken"]:
        st.caption("They are right and wrong about the same texts.")
        return
    names = told["names"]
    by_label = _by_label(str(found.path))
    kinds = {_FIXED: told["fixed"], _BROKEN: told["broken"]}
    kind = f"flips-{found.key}"
    st.session_state.setdefault(kind, _FIXED if told["fixed"] else _BROKEN)
    st.subheader("Where they part", anchor=False)
    chart, choice = st.columns(2, gap="large")
    with choice:
        which = st.segmented_control(
            "Flips", list(kinds), required=True, key=kind, label_visibility="collapsed",
            format_func=lambda one: f"{one} ({count(kinds[one])})",
            help=plain(f"Fixed: {names[0]} is right where {names[1]} is wrong. Broken: the "
                       "reverse."),
        )  # fmt: skip
        only = st.selectbox(
            "Category", [_ALL, *(one for one, *_ in by_label)], key=f"flips-label-{found.key}"
        )
        fixed = which == _FIXED
        right, wrong = names if fixed else names[::-1]
        st.caption(plain(f"{right} is right, {wrong} wrong; the surest mistakes come first."))
    with chart:
        _bars(found, by_label[:_BARS], (names[0], names[1]), only)
        if len(by_label) > _BARS:
            st.caption(f"The {_BARS} categories they part on most, of {count(len(by_label))}.")
    dataset = store().get(found.manifest.spec["dataset"], "dataset")
    label = "" if only == _ALL else only
    rows = _rows(str(found.path), str(dataset.path / "rows.parquet"), fixed, label)
    sums = {one: (more, less)[not fixed] for one, more, less in by_label}
    evidence(
        found,
        rows,
        key=f"flips-{found.key}-{fixed}-{label}",
        total=sums[label] if label else kinds[str(which)],
        said=f"{wrong} said",
        sure_help=f"How sure {wrong} was of what it said.",
    )


def _bars(
    found: Artifact, by_label: list[tuple[str, int, int]], names: tuple[str, str], only: str
) -> None:
    from engine.figures.base import CONFIG
    from engine.figures.flips import clicked, flips_figure

    labels = [one for one, *_ in by_label]
    chart = f"flips-chart-{found.key}"

    def choose() -> None:
        if place := clicked(st.session_state[chart]["selection"]["points"]):
            _open(found, fixed=place[1], label=labels[place[0]])

    st.plotly_chart(
        flips_figure(by_label, names, chosen=labels.index(only) if only in labels else None),
        config=CONFIG, key=chart, on_select=choose, selection_mode="points",
        alt="Texts that only one of the two has right, by category; the boxes choose a bar as a "
        "click does",
    )  # fmt: skip


def _open(found: Artifact, *, fixed: bool, label: str = _ALL) -> None:
    st.session_state[f"flips-{found.key}"] = _FIXED if fixed else _BROKEN
    st.session_state[f"flips-label-{found.key}"] = label


@st.cache_data(max_size="32mb", show_spinner=False)
def _rows(folder: str, rows: str, fixed: bool, label: str) -> list[dict[str, Any]]:
    from engine.classify.evaluation.comparison import flips

    return flips(Path(folder), Path(rows), fixed=fixed, label=label, limit=MOST_TEXTS)


@st.cache_data(max_entries=50, show_spinner=False)
def _by_label(folder: str) -> list[tuple[str, int, int]]:
    from engine.classify.evaluation.comparison import flips_by_label

    return flips_by_label(Path(folder))
