"""Topics in, the edits that were made of them as a file out: it can be made on other topics."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from engine.errors import InputError
from engine.flags import Parser
from engine.store import default_store
from engine.store.files import write_json
from engine.topics.edit.context import Context
from engine.topics.edit.pending import history
from engine.topics.edit.transfer import listed


def run(words: list[str]) -> dict[str, Any]:
    """See ``python -m engine topics edits --help``."""
    parser = Parser(prog="python -m engine topics edits", description=__doc__)
    parser.add_argument("topics", help="Topics: the name or key.")
    parser.add_argument("--to", required=True, help="File to write (.json); not there yet.")
    given = parser.parse_args(words)
    target = Path(given.to).expanduser().resolve()
    if target.suffix.lower() != ".json":
        raise InputError(f"A list of edits is a .json file; {target.name} is not called so.")
    if target.exists():
        raise InputError(f"{target} is there already; name a file that is not.")
    if not target.parent.is_dir():
        raise InputError(f"There is no folder {target.parent} to write to.")
    store = default_store()
    topics = store.get(given.topics, "topics")
    done = history(store, topics).done
    if not done:
        raise InputError(f"{topics.title} have no edits yet; make some on the Topics page.")
    write_json(target, listed(done, Context(topics, store)).plain())
    return {"topics": topics.key, "edits": len(done), "output": str(target)}
