"""A classifier in, the dataset with its training texts out: its own, or one that is chosen."""

from __future__ import annotations

import streamlit as st

from engine.store import Artifact
from pages._ui.loaders import artifact, store
from pages._ui.pickers import describe
from pages._ui.versions_view import dataset_of


def dataset_for(found: Artifact) -> Artifact | None:
    """The dataset it was trained on; where that is not here, one with labels that it knows."""
    if own := dataset_of(found):
        return own
    known = set(found.facts.get("labels", ()))
    offered = {
        a.key: a for a in store().artifacts("dataset") if known & set(a.facts.get("labels", {}))
    }
    if not offered:
        st.info(
            "The texts that taught this classifier are not on this machine, and no dataset here "
            "has its categories. Bring one on the Data page to look in, and to add texts to.",
            icon=":material/info:",
        )
        return None
    key = st.selectbox(
        "Dataset to look in, and to add to",
        list(offered), key=f"what-if-dataset-{found.key}", width=420,
        format_func=lambda one: describe(offered[one]),
        help="The texts that taught this classifier are not on this machine; these datasets have "
        "its categories.",
    )  # fmt: skip
    return artifact(key, "dataset")
