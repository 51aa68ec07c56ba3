"""Everything heavy Limn can do, as the rooms list it: a verb or a spec in, its stage out."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from engine.classify import stages as of_classifiers
from engine.data import stages as of_data
from engine.encoder import stages as of_encoders
from engine.errors import NotFoundError
from engine.explain import stages as of_explanations
from engine.stage import Stage, load
from engine.topics import stages as of_topics

if TYPE_CHECKING:
    from engine.spec import Spec

__all__ = ["SHIPPED", "STAGES", "Stage", "load_shipped", "stage_for_verb", "stage_of"]

STAGES = (
    *of_data.STAGES,
    *of_encoders.STAGES,
    *of_classifiers.STAGES,
    *of_topics.STAGES,
    *of_explanations.STAGES,
    # Draws figures, which no room of texts knows.
    Stage(
        verb="topics export",
        makes="topics-export",
        spec="engine.topics.take_away.spec:TopicsExportSpec",
        build="engine.commands.export_topics:build",
        help="Make a file of topics that needs no Limn: a page, a figure, a table, BERTopic's.",
    ),
)


SHIPPED = {
    "news-starter": "engine.classify.starters.starter:starter",
    "reviews-starter": "engine.classify.starters.starter:starter",
}
"""Names of the models that come with Limn, and the function that makes each in a store."""


def load_shipped(name: str) -> Callable[..., Any]:
    """The function ``make(name, store) -> artifact`` behind a name of SHIPPED."""
    loaded: Callable[..., Any] = load(SHIPPED[name])
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
