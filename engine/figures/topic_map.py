"""Points, colours and names of topics in, the bytes that the map in the browser draws out.

A million points as JSON or as a chart's own format are tens of megabytes and seconds of reading;
these are 6 MB of whole numbers that the browser uses as they come.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.figures.map_colours import Colours
from engine.topics.geometry import Flat


@dataclass(frozen=True)
class Label:
    """A name on the map, at (x, y) of the flat points; larger ones are written first."""

    text: str
    x: float
    y: float
    size: int
    group: int = -1
    """Its group in the colours, where the map is coloured by topic."""


def topic_map(
    flat: Flat,
    colours: Colours,
    *,
    labels: Sequence[Label] = (),
    lit: NDArray[np.int64] | None = None,
    of: str = "",
) -> bytes:
    """A map as bytes: the header's length, the header as JSON, then the arrays.

    The arrays, little-endian: (n, 2) uint16 points, (n,) uint16 groups, and (n,) uint8, 1 for what
    is lit, where `lit` is given.

    Args:
        flat: The points.
        colours: Their colours.
        labels: Names to write.
        lit: Places of the documents that a search found; the others fade. None: no search.
        of: Whose map it is: a map of the same points keeps its view and what was drawn on it.
    """
    n = len(flat.points)
    header = {
        "n": n,
        "of": f"{of}:",
        "shape": f"{of}/{n}",
        "span": flat.span,
        "colours": colours.colours,
        "legend": {
            "title": colours.title,
            "kind": colours.kind,
            "entries": [{"group": g, "name": name, "count": c} for g, name, c in colours.entries],
            "ramp": colours.ramp,
            "ends": colours.ends,
        },
        "labels": [
            {"text": one.text, "x": round(float(one.x)), "y": round(float(one.y)),
             "size": one.size, "group": one.group}
            for one in sorted(labels, key=lambda one: -one.size)
        ],
        "lit": lit is not None,
        "alt": f"Map of {n:,} documents, coloured by {colours.title.lower()}.",
    }  # fmt: skip
    head = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    parts = [struct.pack("<I", len(head)), head, b" " * (-len(head) % 4)]
    parts += [flat.points.astype("<u2").tobytes(), colours.groups.astype("<u2").tobytes()]
    if lit is not None:
        bright = np.zeros(n, dtype=np.uint8)
        bright[lit] = 1
        parts.append(bright.tobytes())
    return b"".join(parts)
