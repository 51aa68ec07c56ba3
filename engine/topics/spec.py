"""What can be asked of topics: whose vectors, how they are clustered and described."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from engine.spec import ArtifactRef
from engine.topics.reduce.spec import ProjectSpec, ReadSpec
from engine.topics.words.spec import WordsSpec

_MAP_DIST, _MAP_DIST_OF_FEW = 0.1, 0.3
_FEW = 2000


class TopicsSpec(ReadSpec):
    """Find the topics of a dataset."""

    dataset: Annotated[str, ArtifactRef("dataset")] = Field(description="Dataset: its name or key.")
    cluster: Literal["hdbscan", "kmeans", "plscan"] = Field(
        "hdbscan",
        description="hdbscan finds dense spots and merges them into topics; kmeans cuts the whole "
        "into even parts; plscan takes the dense spots that last over most sizes, and leaves many "
        "documents in none.",
    )
    topics: int = Field(
        0, ge=0, le=1000, description="How many topics; 0 lets the documents decide."
    )
    min_cluster_size: int = Field(
        0,
        ge=0,
        description="Documents a topic has at least, for plain HDBSCAN; 0 merges its dense spots "
        "up to the level where topics lie apart (hdbscan).",
    )
    names: list[str] = Field(
        [],
        max_length=200,
        description="Topics you know of, by name: documents like a name become that topic, the "
        "others get theirs as usual.",
    )
    seeds: list[list[str]] = Field(
        [],
        max_length=200,
        description="Topics you know of, by words that their documents use: a list of words for "
        'each, as JSON: [["robot","gripper"],["epidemic"]].',
    )
    likeness: float = Field(
        1.5,
        ge=0,
        le=10,
        description="How much more like such a topic than the usual document a group of them must "
        "be, in standard deviations: less takes in more.",
    )
    dims: int = Field(5, ge=2, le=50, description="Dimensions in which topics are looked for.")
    neighbors: int = Field(
        15, ge=2, le=200, description="Documents that count as near: more makes larger topics."
    )
    bigrams: bool = Field(True, description="Describe topics by pairs of words too.")
    diversity: float = Field(
        0.3,
        ge=0,
        le=1,
        description="How unlike each other a topic's words are: 0 takes the strongest words.",
    )
    map: Literal["umap", "tsne", "none"] = Field(
        "umap", description="How the map is drawn; none leaves it for later."
    )
    seed: int = Field(0, ge=0, le=2**31 - 1, description="Equal seeds give equal topics.")

    @field_validator("names")
    @classmethod
    def _named_once(cls, names: list[str]) -> list[str]:
        names = [" ".join(name.split()) for name in names]
        if not all(names):
            raise ValueError("one of the names is empty")
        twice = next((n for i, n in enumerate(names) if _held(n, names[:i])), None)
        if twice is not None:
            raise ValueError(f"{twice!r} is named twice; give each name once")
        return names

    @field_validator("seeds", mode="before")
    @classmethod
    def _lists(cls, seeds: Any) -> Any:
        if isinstance(seeds, list) and any(isinstance(one, str) for one in seeds):
            raise ValueError('give a list of words for each topic, as in [["robot","gripper"]]')
        return seeds

    @field_validator("seeds")
    @classmethod
    def _said(cls, seeds: list[list[str]]) -> list[list[str]]:
        seeds = [[" ".join(word.split()) for word in words if word.strip()] for words in seeds]
        if not all(seeds):
            raise ValueError("a topic without seed words; give at least one")
        return [list(dict.fromkeys(words)) for words in seeds]

    @model_validator(mode="after")
    def _room(self) -> Self:
        known = len(self.names) + len(self.seeds)
        if 0 < self.topics <= known:
            raise ValueError(
                f"{known} topics are given and {self.topics} wanted, which leaves none for the "
                "other documents; ask for more, or for 0"
            )
        return self


def _held(name: str, names: list[str]) -> bool:
    return name.casefold() in {one.casefold() for one in names}


def space_spec(spec: TopicsSpec) -> ProjectSpec:
    """The few dimensions in which the topics are looked for."""
    return _project(spec, dims=spec.dims, method="umap", min_dist=0.0)


def map_spec(spec: TopicsSpec, documents: int) -> ProjectSpec:
    """The map of the same vectors; where documents are few, they are given more room."""
    room = _MAP_DIST_OF_FEW if documents < _FEW else _MAP_DIST
    return _project(spec, dims=2, method=spec.map, min_dist=room)


def words_spec(spec: TopicsSpec) -> WordsSpec:
    """The words that describe them."""
    return WordsSpec(dataset=spec.dataset, bigrams=spec.bigrams)


def _project(spec: TopicsSpec, *, dims: int, method: str, min_dist: float) -> ProjectSpec:
    shared = {name: getattr(spec, name) for name in ReadSpec.model_fields}
    made: ProjectSpec = ProjectSpec.parse(
        {
            **shared,
            "dims": dims,
            "method": method,
            "min_dist": min_dist,
            "neighbors": spec.neighbors,
            "seed": spec.seed,
        }
    )
    return made
