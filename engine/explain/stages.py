"""What this room can do."""

from __future__ import annotations

from engine.stage import Stage

STAGES: tuple[Stage, ...] = (
    Stage(
        verb="explain corpus",
        makes="attributions",
        spec="engine.explain.corpus.spec:ExplainCorpusSpec",
        build="engine.explain.corpus.build:build",
        heavy=True,
        help="Weigh the words of many texts: what drives each category, and what is leaned on.",
    ),
    Stage(
        verb="explain topics",
        makes="driving-words",
        spec="engine.explain.topics.spec:ExplainTopicsSpec",
        build="engine.explain.topics.build:build",
        heavy=True,
        help="Find the words that drive topics through the encoder, beside those counted in them.",
    ),
    Stage(
        verb="explain mended",
        makes="mended",
        version=2,
        spec="engine.explain.what_if.spec:MendedSpec",
        build="engine.explain.what_if.mended:build",
        heavy=True,
        help="See whether edits mended a fault: two classifiers on the texts it was on.",
    ),
)
