"""A dataset and its profile in, the charts that show what is in it out."""

from __future__ import annotations

from typing import Any

import streamlit as st

from engine.store import Artifact
from pages._ui.empty import empty
from pages._ui.format import count, percent
from pages._ui.loaders import payload_json
from pages._ui.texts import plain

_MOST_BARS = 20
_SPLITS = ("train", "validation", "test")


def profile_view(found: Artifact, audit: Artifact) -> None:
    """Label balance, lengths, languages, gaps and dates."""
    profile = payload_json(audit, "profile.json")
    if not profile:
        empty("The profile cannot be read", "Remove the audit on the Runs page; it is made again.")
        return
    left, right = st.columns(2, gap="large")
    with left:
        _labels(profile["labels"])
        _languages(profile["languages"])
        _missing(found, profile)
    with right:
        _lengths(profile)
        _dates(profile["dates"])


def _labels(labels: dict[str, int]) -> None:
    st.markdown("**Labels**")
    if not labels:
        st.caption("This dataset has no labels.")
        return
    _bars(labels, "Label", "Rows")
    most, least = max(labels.values()), min(labels.values())
    if most >= 3 * least:
        st.caption(
            f"The largest category has {count(most / least)} times the rows of the smallest: read "
            "F1 per category, not only accuracy."
        )
    else:
        st.caption("The categories are of similar size.")


def _languages(languages: dict[str, Any]) -> None:
    st.markdown("**Languages**")
    shares = languages.get("shares", {})
    if not shares:
        st.caption("Languages were not looked at.")
        return
    told = [f"{name} {percent(share)}" for name, share in list(shares.items())[:6]]
    st.markdown(plain(", ".join(told)))
    st.caption(f"From a sample of {count(languages.get('sample', 0), 'text')}.")


def _missing(found: Artifact, profile: dict[str, Any]) -> None:
    st.markdown("**Missing**")
    rows = max(1, profile["rows"])
    # A column the dataset never had is not missing in its rows.
    had = {name: n for name, n in profile["missing"].items() if found.facts.get(f"{name}_column")}
    told = [f"{count(n)} without a {name} ({percent(n / rows)})" for name, n in had.items() if n]
    if told:
        st.markdown(plain("; ".join(told)))
    else:
        st.caption(f"Nothing: every row has its {', '.join(['text', *had])}.")


def _lengths(profile: dict[str, Any]) -> None:
    st.markdown("**Length**")
    unit = st.segmented_control(
        "Measured in", ["Words", "Tokens"], default="Words", required=True, key="length-unit",
        label_visibility="collapsed",
        help="Tokens are the pieces the default encoder reads; a word is about 1.3 of them.",
    )  # fmt: skip
    measured = profile[unit.lower()]
    edges, counts = measured["histogram"]["edges"], measured["histogram"]["counts"]
    if counts:
        _histogram(edges, counts, unit)
    at = measured["quantiles"]
    if at:
        st.caption(
            f"Half of the texts have {count(at['50%'])} {unit.lower()} or fewer, 95 % have "
            f"{count(at['95%'])} or fewer, the longest has {count(at['100%'])}. "
            "The last bar holds the longest 1 %."
        )
    if unit == "Tokens" and measured.get("over_long"):
        st.caption(
            f"{percent(measured['over_long'])} are longer than the {measured['limit']} tokens the "
            "default encoder reads."
        )


def _histogram(edges: list[int], counts: list[int], unit: str) -> None:
    bins = zip(edges[:-1], edges[1:], counts, strict=True)
    st.vega_lite_chart(
        {
            "data": {"values": [{"from": a, "to": b, "rows": n} for a, b, n in bins]},
            "mark": {"type": "bar", "binSpacing": 1},
            "encoding": {
                "x": {
                    "field": "from",
                    "type": "quantitative",
                    "bin": {"binned": True},
                    "title": unit,
                    "axis": {"tickCount": 8},
                },
                "x2": {"field": "to"},
                "y": {"field": "rows", "type": "quantitative", "title": "Rows"},
                "tooltip": [
                    {"field": "from", "title": f"{unit} from"},
                    {"field": "to", "title": "to below"},
                    {"field": "rows", "title": "Rows"},
                ],
            },
            "height": 200,
        },
        alt=f"Histogram of text lengths in {unit.lower()}",
    )


def _dates(dates: dict[str, Any]) -> None:
    st.markdown("**Dates**")
    if not dates:
        st.caption("This dataset has no dates.")
        return
    per = str(dates["per"]).capitalize()
    st.bar_chart(
        {per: list(dates["counts"]), "Rows": list(dates["counts"].values())}, x=per, y="Rows",
        x_label="", height=200, sort=False, alt=f"Rows per {per.lower()}",
    )  # fmt: skip
    st.caption(f"From {dates['first'][:10]} to {dates['last'][:10]}.")


def _bars(values: dict[str, int], name: str, unit: str) -> None:
    shown = dict(sorted(values.items(), key=lambda pair: -pair[1])[:_MOST_BARS])
    st.bar_chart(
        {name: list(shown), unit: list(shown.values())}, x=name, y=unit,
        x_label="", y_label=unit, horizontal=True,
        sort=False, height=max(120, 60 + 28 * len(shown)), alt=f"{unit} per {name.lower()}",
    )  # fmt: skip
    if len(values) > len(shown):
        st.caption(f"The {len(shown)} most common of {count(len(values))}.")


def split_view(found: Artifact) -> None:
    """Rows of each label in each part."""
    splits = {name: found.facts.get("splits", {}).get(name, 0) for name in _SPLITS}
    total = max(1, sum(splits.values()))
    with st.grid(3, min_column_width=140):
        for name, n in splits.items():
            st.metric(name.capitalize(), count(n), help=f"{percent(n / total)} of the rows.")
    st.caption(
        "Each label is split in the same proportions, and repeats of a text stay on one side."
        if not found.facts.get("split_column")
        else plain(f"The split comes from the column {found.facts['split_column']}.")
    )
    counted = label_splits(str(found.path / "rows.parquet"))
    if not counted["label"]:
        return
    st.dataframe(
        {
            "Label": counted["label"],
            **{name.capitalize(): counted[name] for name in _SPLITS},
            "Share in test": [
                percent(test / max(1, test + train + validation))
                for train, validation, test in zip(*(counted[s] for s in _SPLITS), strict=True)
            ],
        },
        hide_index=True,
    )


@st.cache_data(max_entries=50, show_spinner=False)
def label_splits(path: str) -> dict[str, list[Any]]:
    """Label, and its rows in train, validation and test, most rows first."""
    import pyarrow.parquet as pq

    pairs = pq.read_table(path, columns=["label", "split"]).group_by(["label", "split"])
    counted: dict[str, dict[str, int]] = {}
    for one in pairs.aggregate([([], "count_all")]).to_pylist():
        if one["label"] is not None:
            counted.setdefault(one["label"], {})[one["split"]] = one["count_all"]
    order = sorted(counted, key=lambda label: -sum(counted[label].values()))
    return {
        "label": order,
        **{s: [counted[label].get(s, 0) for label in order] for s in _SPLITS},
    }
