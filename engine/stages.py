"""Everything heavy Limn can do: verb, what it makes, its spec and its function."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from engine.errors import NotFoundError

if TYPE_CHECKING:
    from engine.spec import Spec

Facts = dict[str, Any]


@dataclass(frozen=True)
class Stage:
    """One stage. `spec` and `build` are "module:name", loaded when the stage is used."""

    verb: str
    makes: str
    version: int
    spec: str
    build: str
    heavy: bool
    help: str

    def load_spec(self) -> type[Spec]:
        """The spec class."""
        loaded: type[Spec] = _load(self.spec)
        return loaded

    def load_build(self) -> Callable[..., Facts]:
        """The function ``build(spec, work) -> facts``."""
        loaded: Callable[..., Facts] = _load(self.build)
        return loaded


STAGES = (
    Stage(
        verb="data import",
        makes="source",
        version=1,
        spec="engine.data.spec_source:SourceSpec",
        build="engine.data.import_source:build",
        heavy=False,
        help="Read a file of any common format into the cache.",
    ),
    Stage(
        verb="data fetch",
        makes="source",
        version=1,
        spec="engine.data.spec_fetch:FetchSpec",
        build="engine.data.fetch_source:build",
        heavy=False,
        help="Download a public dataset: AG News, Amazon Fine Food Reviews or arXiv.",
    ),
    Stage(
        verb="data add",
        makes="dataset",
        version=2,
        spec="engine.data.spec_dataset:DatasetSpec",
        build="engine.data.dataset:build",
        heavy=False,
        help="Turn a file into a dataset: choose columns, clean, find duplicates, split.",
    ),
    Stage(
        verb="data edit",
        makes="dataset",
        version=1,
        spec="engine.data.spec_edit:EditSpec",
        build="engine.data.edit:build",
        heavy=False,
        help="Make a new version of a dataset: rows relabelled, excluded or weighted.",
    ),
    Stage(
        verb="data audit",
        makes="audit",
        version=1,
        spec="engine.data.spec_dataset:AuditSpec",
        build="engine.data.audit:build",
        heavy=False,
        help="Profile a dataset and list its duplicates, conflicts and odd texts.",
    ),
    Stage(
        verb="tokenize",
        makes="tokens",
        version=1,
        spec="engine.encoder.spec:TokenizeSpec",
        build="engine.encoder.tokenizing.stage:build",
        heavy=False,
        help="Cut every text of a dataset into the pieces an encoder reads.",
    ),
    Stage(
        verb="embed",
        makes="vectors",
        version=1,
        spec="engine.encoder.spec:EmbedSpec",
        build="engine.encoder.embed:build",
        heavy=True,
        help="Turn every text of a dataset into a vector.",
    ),
    Stage(
        verb="project",
        makes="projection",
        version=2,
        spec="engine.topics.reduce.spec:ProjectSpec",
        build="engine.topics.reduce.build:build",
        heavy=True,
        help="Put a dataset's vectors into two dimensions for a map, or a few for clusters.",
    ),
    Stage(
        verb="words",
        makes="words",
        version=3,
        spec="engine.topics.words.spec:WordsSpec",
        build="engine.topics.words.build:build",
        heavy=False,
        help="Count the words of every text of a dataset.",
    ),
    Stage(
        verb="topics",
        makes="topics",
        version=3,
        spec="engine.topics.spec:TopicsSpec",
        build="engine.topics.build:build",
        heavy=True,
        help="Find the topics of a dataset, describe them and draw their map.",
    ),
    Stage(
        verb="topics label",
        makes="labels",
        version=1,
        spec="engine.topics.label.spec:LabelSpec",
        build="engine.topics.label.build:build",
        heavy=False,
        help="Let a language model propose names for topics, each checked against the topic.",
    ),
    Stage(
        verb="distill",
        makes="draft",
        version=1,
        spec="engine.encoder.spec:DistillSpec",
        build="engine.encoder.distill:build",
        heavy=True,
        help="Make a quick draft of an encoder, for a first look at many texts.",
    ),
    Stage(
        verb="onnx",
        makes="onnx",
        version=1,
        spec="engine.encoder.onnx.spec:OnnxSpec",
        build="engine.encoder.onnx.stage:build",
        heavy=False,
        help="Export an encoder to ONNX, so that answers need no PyTorch.",
    ),
    Stage(
        verb="train",
        makes="model",
        version=3,
        spec="engine.classify.spec:TrainSpec",
        build="engine.classify.train:build",
        heavy=True,
        help="Train a classifier on a labelled dataset and score it on the test split.",
    ),
    Stage(
        verb="doubts",
        makes="doubts",
        version=1,
        spec="engine.classify.doubts.spec:DoubtsSpec",
        build="engine.classify.doubts.build:build",
        heavy=True,
        help="Rank the labels of a dataset by how likely they are wrong.",
    ),
    Stage(
        verb="rehearse",
        makes="rehearsal",
        version=1,
        spec="engine.classify.spec:RehearseSpec",
        build="engine.classify.rehearsal.rehearse:build",
        heavy=False,
        help="Check a training's first batch, and measure how long it would take.",
    ),
    Stage(
        verb="repeat",
        makes="repeats",
        version=1,
        spec="engine.classify.spec:RepeatSpec",
        build="engine.classify.repeat:build",
        heavy=True,
        help="Train the same with several seeds: mean and spread of the scores.",
    ),
    Stage(
        verb="search",
        makes="search",
        version=1,
        spec="engine.classify.spec:SearchSpec",
        build="engine.classify.searching.search:build",
        heavy=True,
        help="Search for the best settings of a training within a time budget.",
    ),
    Stage(
        verb="evaluate",
        makes="evaluation",
        version=2,
        spec="engine.classify.spec:EvaluateSpec",
        build="engine.classify.evaluate:build",
        heavy=True,
        help="Score a classifier on a labelled dataset.",
    ),
    Stage(
        verb="baseline",
        makes="baseline",
        version=1,
        spec="engine.classify.evaluation.spec:BaselineSpec",
        build="engine.classify.evaluation.baselines:build",
        heavy=False,
        help="Score the most frequent label and counted words (TF-IDF), the figures to beat.",
    ),
    Stage(
        verb="compare",
        makes="comparison",
        version=1,
        spec="engine.classify.evaluation.spec:CompareSpec",
        build="engine.classify.evaluation.comparison:build",
        heavy=True,
        help="Test whether one classifier is better than another on texts neither has learnt.",
    ),
    Stage(
        verb="predict file",
        makes="predictions",
        version=1,
        spec="engine.classify.files.spec:PredictFileSpec",
        build="engine.classify.files.predict:build",
        heavy=True,
        help="Classify every row of a file, whatever its size; goes on after a kill.",
    ),
    Stage(
        verb="model export",
        makes="export",
        version=1,
        spec="engine.classify.export.spec:ExportSpec",
        build="engine.classify.export.build:build",
        heavy=True,
        help="Make a folder of a classifier that loads elsewhere, and ONNX, compared with it.",
    ),
    Stage(
        verb="model import",
        makes="model",
        version=1,
        spec="engine.classify.export.spec:ImportModelSpec",
        build="engine.classify.importing.import_model:build",
        heavy=False,
        help="Bring in a classifier from elsewhere: a folder or .zip with safetensors.",
    ),
)


SHIPPED = {
    "news-starter": "engine.classify.starters.starter:starter",
    "reviews-starter": "engine.classify.starters.starter:starter",
}
"""Names of the models that come with Limn, and the function that makes each in a store."""


def load_shipped(name: str) -> Callable[..., Any]:
    """The function ``make(name, store) -> artifact`` behind a name of SHIPPED."""
    loaded: Callable[..., Any] = _load(SHIPPED[name])
    return loaded


def stage_for_verb(verb: str) -> Stage:
    """The stage behind a verb of the command line.

    Raises:
        NotFoundError: no stage has that verb.
    """
    for stage in STAGES:
        if stage.verb == verb:
            return stage
    raise NotFoundError(f"This version of Limn has no command '{verb}'.")


def stage_of(spec: Spec) -> Stage:
    """The stage a spec belongs to."""
    path = f"{type(spec).__module__}:{type(spec).__qualname__}"
    for stage in STAGES:
        if stage.spec == path:
            return stage
    raise LookupError(f"{path} belongs to no stage in engine.stages.STAGES")


def _load(path: str) -> Any:
    module, name = path.split(":")
    return getattr(import_module(module), name)
