"""Topics in, which of them rise and fall over time out, and each period's shares as a file."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from engine.errors import InputError
from engine.flags import Parser
from engine.store import default_store
from engine.topics.made_of import rows_of, source_of
from engine.topics.standing import topics_now
from engine.topics.topics import Topics
from engine.topics.views.periods import UNITS, Periods, dates_of, periods
from engine.topics.views.trends import Slopes, Trends, slopes, trends


def run(words: list[str]) -> dict[str, Any]:
    """See ``python -m engine topics trends --help``."""
    parser = Parser(prog="python -m engine topics trends", description=__doc__)
    parser.add_argument("topics", help="Topics: the name or key. Their edits count.")
    parser.add_argument("--per", choices=UNITS, help="Period; without it the handiest is taken.")
    parser.add_argument("--date", default="", help="Column of the file; else the dataset's date.")
    parser.add_argument("--to", default="", help="File to write (.csv), not there yet: a row for "
                        "each topic and period.")  # fmt: skip
    given = parser.parse_args(words)
    target = _target(given.to) if given.to else None
    store = default_store()
    artifact = store.get(given.topics, "topics")
    topics = topics_now(store, artifact)[0]
    rows = rows_of(store, artifact)
    source = source_of(store, artifact) if given.date else None
    dates = dates_of(rows, given.date or "date", source=source)
    when = periods(dates, given.per)
    found = trends(topics.assigned, topics.ids, when)
    sloped = slopes(found, when.middles)
    if target:
        _write(target, topics, when, found)
    return {
        "topics": artifact.key,
        "per": when.unit,
        "first": when.names[0],
        "last": when.names[-1],
        "undated": when.undated,
        "rising": _named(topics, sloped, 1),
        "falling": _named(topics, sloped, -1),
        **({"output": str(target)} if target else {}),
    }


def _named(topics: Topics, sloped: Slopes, side: int) -> list[dict[str, Any]]:
    """Those that rise (1) or fall (-1) beyond chance, most first."""
    places = [n for n in range(len(topics.found)) if sloped.direction(n) == side]
    places.sort(key=lambda n: -side * sloped.change[n])
    return [
        {
            "topic": topics.found[n].id,
            "name": topics.found[n].name,
            "change": round(float(sloped.change[n]), 4),
            "interval": [round(float(sloped.low[n]), 4), round(float(sloped.high[n]), 4)],
        }
        for n in places
    ]


def _write(target: Path, topics: Topics, when: Periods, found: Trends) -> None:
    with target.open("x", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(["topic", "topic_name", "period", "documents", "of", "share", "low", "high"])
        for k, topic in enumerate(topics.found):
            for b, period in enumerate(when.names):
                of = int(found.totals[b])
                shares = (found.shares[k, b], found.low[k, b], found.high[k, b])
                told = [f"{share:.6f}" for share in shares] if of else ["", "", ""]
                out.writerow([topic.id, topic.name, period, int(found.counts[k, b]), of, *told])


def _target(name: str) -> Path:
    target = Path(name).expanduser().resolve()
    if target.suffix.lower() != ".csv":
        raise InputError(f"Trends are written as a .csv file; {target.name} is not called so.")
    if target.exists():
        raise InputError(f"{target} is there already; name a file that is not.")
    if not target.parent.is_dir():
        raise InputError(f"There is no folder {target.parent} to write to.")
    return target
