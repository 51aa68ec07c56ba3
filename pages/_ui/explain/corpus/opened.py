"""A run over a dataset in, what it found out: read once, shared by all, never changed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from engine.store import Artifact
from pages._ui.loaders import payload_json, store

if TYPE_CHECKING:
    from engine.explain.corpus.attributions import Attributions
    from engine.explain.corpus.drivers import Driver
    from engine.explain.corpus.holds_up import HoldsUp
    from engine.explain.corpus.leans import Lean


@dataclass(frozen=True, eq=False)
class Run:
    """One run: the artifact, the classifier and the dataset whose texts it explains."""

    found: Artifact
    model: Artifact
    dataset: Artifact

    @property
    def labels(self) -> list[str]:
        """The classifier's categories."""
        return list(self.found.facts["labels"])

    @property
    def attributions(self) -> Attributions:
        """What the words did."""
        return _attributions(str(self.found.path))

    def drivers(self, category: int) -> list[Driver]:
        """The words of a category, strongest first."""
        return _drivers(str(self.found.path), category)

    @property
    def leans(self) -> list[Lean]:
        """The words that were tried."""
        return _leans(str(self.found.path))

    @property
    def holds_up(self) -> HoldsUp | None:
        """Whether its weights can be believed; None where too few words were tried."""
        from engine.explain.corpus.holds_up import holds_up

        return holds_up(self.leans)

    def prepared(self, text: str) -> str:
        """A text of the dataset as the classifier reads it: what its words' places count in."""
        from engine.data.clean import chosen, clean

        card = payload_json(self.model, "model.json") or {}
        return clean(text, chosen(card.get("clean", ())))


def runs_of(model: Artifact, dataset: Artifact) -> list[Artifact]:
    """The runs of a classifier over a dataset, newest first."""
    wanted = {"model": f"model/{model.key}", "dataset": f"dataset/{dataset.key}"}
    return [
        one
        for one in store().artifacts("attributions")
        if wanted.items() <= dict(one.manifest.inputs).items()
    ]


@st.cache_resource(max_entries=3, show_spinner="Opening the words")
def _attributions(folder: str) -> Any:
    from engine.explain.corpus.attributions import read_attributions

    return read_attributions(Path(folder))


@st.cache_resource(max_entries=60, show_spinner="Adding up the words")
def _drivers(folder: str, category: int) -> Any:
    from engine.explain.corpus.drivers import drivers

    return drivers(_attributions(folder), category)


@st.cache_resource(max_entries=10, show_spinner=False)
def _leans(folder: str) -> Any:
    from engine.explain.corpus.leans import read_leans

    return read_leans(Path(folder))
