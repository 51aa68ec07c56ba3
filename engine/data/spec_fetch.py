"""Which public dataset to download."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from engine.spec import Spec


class FetchSpec(Spec):
    """Download a public dataset from its publisher and read it in."""

    public: Literal["ag_news", "amazon_fine_food", "arxiv"] = Field(
        description="ag_news (20 MB), amazon_fine_food (300 MB) or arxiv (5 GB)."
    )
