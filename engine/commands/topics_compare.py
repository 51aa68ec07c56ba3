"""Two finds of topics in the same texts in, what became of each topic of the first out."""

from __future__ import annotations

from typing import Any, get_args

from engine.flags import Parser
from engine.store import default_store
from engine.topics.made_of import rows_of
from engine.topics.standing import topics_now
from engine.topics.views.two_runs import Fate, became, flows, shared_documents


def run(words: list[str]) -> dict[str, Any]:
    """See ``python -m engine topics compare --help``."""
    parser = Parser(prog="python -m engine topics compare", description=__doc__)
    parser.add_argument("topics", help="Topics: the name or key. Their edits count.")
    parser.add_argument("other", help="Others, of the same dataset or of one that shares texts.")
    given = parser.parse_args(words)
    store = default_store()
    first, second = (store.get(name, "topics") for name in (given.topics, given.other))
    mine, theirs = topics_now(store, first)[0], topics_now(store, second)[0]
    shared = shared_documents(rows_of(store, first), rows_of(store, second))
    found = flows(mine, theirs, shared)
    after, before = became(found), became(found.turned())
    fates = [one.fate for one in after]
    gone = ("left out", "scattered")
    return {
        "topics": first.key,
        "other": second.key,
        "documents": found.documents,
        "stayed": found.stayed,
        "ari": found.ari,
        "nmi": found.nmi,
        **{name: fates.count(name) for name in get_args(Fate)},
        "new": sum(one.fate in gone for one in before),
        "became": [
            {
                "topic": topic.id,
                "name": topic.name,
                "became": one.fate,
                "there": [theirs.found[j].name for j in one.to],
                "jaccard": round(one.jaccard, 4),
            }
            for topic, one in zip(mine.found, after, strict=True)
        ],
    }
