"""What can be asked of a projection: whose vectors, into how many dimensions, and how."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from engine.encoder.spec import EmbedSpec


class ReadSpec(EmbedSpec):
    """Whose vectors, and how they are made."""


class NeighborsSpec(ReadSpec):
    """Find the nearest documents of each document of a dataset."""

    neighbors: int = Field(15, ge=2, le=200, description="How many of each.")
    seed: int = Field(0, ge=0, le=2**31 - 1, description="Equal seeds find the same ones.")


class ProjectSpec(ReadSpec):
    """Put a dataset's vectors into few dimensions: two for a map, five for finding clusters."""

    dims: int = Field(2, ge=1, le=50, description="Dimensions; a map has 2.")
    method: Literal["umap", "tsne", "pca"] = Field(
        "umap",
        description="umap keeps neighbours and groups, tsne neighbours alone, pca the main axes.",
    )
    neighbors: int = Field(
        15, ge=2, le=200, description="Documents that count as near: more shows the larger shape."
    )
    min_dist: float = Field(
        0.1,
        ge=0,
        le=1,
        description="How close points may lie (umap): 0 for clusters, 0.1 for maps.",
    )
    engine: Literal["auto", "manifolds", "umap-learn", "cuml", "opentsne"] = Field(
        "auto", description="The library that does it; auto takes the quickest that is installed."
    )
    seed: int = Field(0, ge=0, le=2**31 - 1, description="Equal seeds give equal maps.")


def embed_spec(spec: ReadSpec) -> EmbedSpec:
    """The vectors that a spec is about."""
    return EmbedSpec(**{name: getattr(spec, name) for name in EmbedSpec.model_fields})
