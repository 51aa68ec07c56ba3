"""Points of a map and the topic of each in, a figure to publish (PNG, SVG or PDF) out.

Drawn by datamapplot, which sets the names of topics around the map with a line to each.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import InputError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

KINDS = (".png", ".svg", ".pdf")
MOST = 64
"""Most topics that get a name: more cannot be read around one map."""
_IN_NONE = "Unlabelled"
_GREY = {False: "#B9C0C5", True: "#4A5359"}
_INCHES = 10
_DPI = 200
_FONT = "DejaVu Sans"
# Letters stay letters: a journal can set an SVG or a PDF in its own type.
_LETTERS: Any = {"svg.fonttype": "none", "pdf.fonttype": 42}


def datamap(
    points: NDArray[np.floating],
    assigned: NDArray[np.integer],
    names: Mapping[int, str],
    *,
    title: str = "",
    subtitle: str = "",
    dark: bool = False,
    most: int = MOST,
) -> Figure:
    """A map with the names of its largest topics around it.

    Args:
        points: (n, 2).
        assigned: (n,) topic of each document; what `names` lacks is drawn grey.
        names: The name of each topic.
        title: Above the map; "" for none.
        subtitle: Below the title.
        dark: For a dark page.
        most: How many topics are named, at most; the documents of the others are grey.

    Raises:
        InputError: points that are not (n, 2), or fewer than 3 documents.
    """
    if points.ndim != 2 or points.shape[1] != 2:
        raise InputError(f"A map needs two numbers for each document, not {points.shape}.")
    if len(points) < 3:
        raise InputError(f"A figure needs 3 documents or more; here are {len(points)}.")
    import datamapplot
    import matplotlib

    labels = _labels(assigned, names, most)
    # The canvas of a server: no window is opened, whatever the machine's default.
    settings: Any = {"backend": "agg", "font.family": _FONT, **_LETTERS}
    with matplotlib.rc_context(settings):
        figure: Figure
        figure, _ = datamapplot.create_plot(
            np.asarray(points, dtype=np.float32),
            labels if (labels != _IN_NONE).any() else None,
            noise_label=_IN_NONE,
            noise_color=_GREY[dark],
            title=title or None,
            sub_title=subtitle or None,
            title_keywords={"fontsize": 22},
            sub_title_keywords={"fontsize": 12},
            darkmode=dark,
            figsize=(_INCHES, _INCHES),
            dpi=_DPI,
            label_wrap_width=16,
            label_font_size=11,
            font_family=_FONT,
            use_system_fonts=True,
            force_matplotlib=True,
            add_glow=False,
            # A ring of one or two names has no sides to set them on.
            label_over_points=len(set(labels) - {_IN_NONE}) < 3,
        )
    return figure


def write_datamap(path: Path, figure: Figure) -> None:
    """Write a figure as its ending says, and close it; points are an image within an SVG or PDF.

    Raises:
        InputError: another ending.
    """
    import matplotlib
    from matplotlib import pyplot

    if path.suffix.lower() not in KINDS:
        raise InputError(f"A figure is a .png, .svg or .pdf file, not {path.name!r}.")
    for axes in figure.axes:
        for drawn in axes.collections:
            # A hundred thousand circles as shapes would be a file that no viewer opens.
            drawn.set_rasterized(True)
    try:
        with matplotlib.rc_context(_LETTERS):
            figure.savefig(path, dpi=_DPI, bbox_inches="tight", facecolor=figure.get_facecolor())
    finally:
        pyplot.close(figure)


def _labels(
    assigned: NDArray[np.integer], names: Mapping[int, str], most: int
) -> NDArray[np.object_]:
    """(n,) the name of each document's topic; two topics of one name are told apart."""
    ids, counts = np.unique(assigned, return_counts=True)
    known = [(int(n), int(i)) for n, i in zip(counts, ids, strict=True) if int(i) in names]
    shown = [i for _, i in sorted(known, key=lambda one: (-one[0], one[1]))[:most]]
    text: dict[int, str] = {}
    for number in shown:
        wish = " ".join(names[number].split()).replace("$", r"\$") or f"Topic {number}"
        text[number] = f"{wish} ({number})" if wish in text.values() or wish == _IN_NONE else wish
    found = np.full(len(assigned), _IN_NONE, dtype=object)
    for number, one in text.items():
        found[assigned == number] = one
    return found
