"""Topics, points and titles in, one web page out that needs no server and no network."""

from __future__ import annotations

import base64
import gzip
import html
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from engine.errors import InputError
from engine.topics.geometry import SIDE, anchors, flat
from engine.topics.topics import NO_TOPIC, Topics

_HERE = Path(__file__).parent
_LEVEL = 6
Rgb = tuple[int, int, int]


class Coloured(Protocol):
    """A way to colour the documents: what ``engine.figures.map_colours`` makes."""

    @property
    def groups(self) -> NDArray[np.uint16]:
        """(n,) place in `colours` of each document."""

    @property
    def colours(self) -> tuple[tuple[Rgb, Rgb], ...]:
        """A colour on a light and on a dark page."""

    @property
    def title(self) -> str:
        """What the colours say."""

    @property
    def entries(self) -> tuple[tuple[int, str, int], ...]:
        """(group, name, documents) of each group with a name."""


@dataclass(frozen=True)
class Labelled:
    """What is said of each document: its title, and the address that a click opens, or ""."""

    titles: Sequence[str]
    links: Sequence[str] = ()


def map_page(
    points: NDArray[np.floating],
    topics: Topics,
    said: Labelled,
    colourings: Sequence[Coloured],
    *,
    title: str,
) -> str:
    """The page as HTML: points by WebGL, names by zoom, titles, search and colours.

    Everything is within it, compressed; of 100,000 documents about 8 MB.

    Args:
        points: (n, 2) float.
        topics: Of the same n documents.
        said: Their titles and links.
        colourings: Ways to colour them, the first of which is by topic.
        title: Of the page.

    Raises:
        InputError: not one title, point and colour for each document.
    """
    n = len(topics.assigned)
    counts = {len(points), len(said.titles), *(len(c.groups) for c in colourings)}
    if counts - {n} or len(said.links) not in (0, n):
        raise InputError(f"Each of the {n:,} documents needs a point, a title and a colour.")
    if not colourings:
        raise InputError("A map needs one way to colour its documents at least.")
    placed = flat(points)
    head = {
        "n": n,
        "title": title,
        "side": SIDE,
        "span": placed.span,
        "topics": _topics(topics, placed.points, colourings[0]),
        "none": int((topics.assigned == NO_TOPIC).sum()),
        "colourings": [
            {
                "title": c.title,
                "colours": [[[int(v) for v in one] for one in pair] for pair in c.colours],
                "entries": [(int(group), name, int(size)) for group, name, size in c.entries],
            }
            for c in colourings
        ],
    }
    parts = {
        "head": json.dumps(head, ensure_ascii=False).encode(),
        "points": placed.points.astype("<u2").tobytes(),
        "assigned": _places(topics).astype("<i4").tobytes(),
        "groups": b"".join(c.groups.astype("<u2").tobytes() for c in colourings),
        "titles": "\n".join(_line(one) for one in said.titles).encode(),
        "links": "\n".join(_link(one) for one in said.links).encode(),
    }
    data = "".join(
        f'<script type="application/octet-stream" id="data-{name}">{_packed(part)}</script>\n'
        for name, part in parts.items()
    )
    page = (_HERE / "map_page.html").read_text(encoding="utf-8")
    # The data last: a title that reads like one of our marks stays a title.
    return (
        page.replace("<!--style-->", _file("map_page.css"))
        .replace("<!--title-->", html.escape(title))
        .replace("<!--script-->", _file("map_page.js"))
        .replace("<!--data-->", data)
    )


def _topics(topics: Topics, points: NDArray[np.uint16], colours: Coloured) -> list[dict[str, Any]]:
    places = anchors(points, topics.assigned, [t.id for t in topics.found])
    return [
        {
            "name": topic.name,
            "size": topic.size,
            "words": [word for word, _ in topic.words],
            "at": [round(float(v)) for v in place],
            # As its documents are coloured, whatever the numbers of groups mean.
            "group": int(colours.groups[mine[0]]) if len(mine := topics.places(topic.id)) else -1,
        }
        for topic, place in zip(topics.found, places, strict=True)
    ]


def _places(topics: Topics) -> NDArray[np.int64]:
    """(n,) place in `found` of each document's topic, or -1."""
    ids = topics.ids
    if not len(ids):
        return np.full(len(topics.assigned), NO_TOPIC, dtype=np.int64)
    order = np.argsort(ids)
    at = np.minimum(np.searchsorted(ids[order], topics.assigned), len(ids) - 1)
    return np.where(ids[order][at] == topics.assigned, order[at], NO_TOPIC)


def _packed(part: bytes) -> str:
    return base64.b64encode(gzip.compress(part, _LEVEL, mtime=0)).decode()


def _line(text: str) -> str:
    return " ".join(str(text).split())


def _link(text: str) -> str:
    """An address of the web; anything else (javascript:, file:) is none."""
    one = _line(text)
    return one if one.startswith(("https://", "http://")) else ""


def _file(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")
