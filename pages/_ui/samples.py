"""The sample sets that come with Limn: what they are, and one call that adds one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from engine import jobs
from engine.errors import NotFoundError
from engine.jobs import Job
from engine.settings import ROOT
from pages._ui.loaders import store


@dataclass(frozen=True)
class Sample:
    """One file below samples/, the preset that reads it, and what to say of it."""

    name: str
    title: str
    icon: str
    about: str
    path: Path


SAMPLES = (
    Sample(
        "news",
        "News",
        ":material/newspaper:",
        "Short articles in four categories, written for Limn. Train a classifier on them.",
        ROOT / "samples" / "news.csv",
    ),
    Sample(
        "reviews",
        "Reviews",
        ":material/reviews:",
        "Product reviews with stars, written for Limn: negative, neutral and positive.",
        ROOT / "samples" / "reviews.csv",
    ),
    Sample(
        "papers",
        "Papers",
        ":material/science:",
        "Paper abstracts from many fields over several years, written for Limn.",
        ROOT / "samples" / "papers.jsonl",
    ),
)


def add_sample(sample: Sample) -> Job:
    """Start the job that turns a sample set into a dataset of its own name.

    Raises:
        NotFoundError: the file is not in this copy of Limn.
    """
    from engine.data.spec_dataset import DatasetSpec

    if not sample.path.is_file():
        raise NotFoundError(
            f"The sample set {sample.path.name} is not in this copy of Limn; fetch the folder "
            "samples/ again, or bring a file of your own."
        )
    spec = DatasetSpec.parse({"source": str(sample.path), "preset": sample.name})
    name = f"sample-{sample.name}"
    taken = any(a.name == name for a in store().artifacts())
    return jobs.submit(spec, store=store(), name="" if taken else name)
