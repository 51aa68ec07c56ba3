"""A dataset and places in it in, what a person reads of those documents out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pyarrow as pa

_TITLE = 120
_BATCH = 16_384
# 2103.01234, 2103.01234v2, hep-th/9901001, math.GT/0309136: arxiv.org/help/arxiv_identifier
_ARXIV = re.compile(r"(?:arxiv:)?(\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(v\d+)?$", re.I)
_DOI = re.compile(r"(?:https?://(?:dx\.)?doi\.org/|doi:)?(10\.\d{4,9}/\S+)$", re.I)
_URL = re.compile(r"https?://[^\s<>\"']+$", re.I)
_LINKED = ("arxiv_id", "arxiv", "id", "doi", "url", "link", "href", "permalink")


@dataclass(frozen=True)
class Document:
    """One document. place: where it stands in its dataset. link: its page elsewhere, or ""."""

    place: int
    title: str
    text: str
    label: str | None
    date: datetime | None
    link: str


def documents(rows: Path, places: Sequence[int], *, source: Path | None = None) -> list[Document]:
    """The documents at `places`, in that order.

    Args:
        rows: rows.parquet of a dataset.
        places: From 0.
        source: rows.parquet of the file it came from, where links are looked for.
    """
    from engine.data import table

    if not len(places):
        return []
    found = table.rows(rows, places, columns=("title", "text", "label", "date")).to_pylist()
    links = _links(rows, source, places)
    return [
        Document(
            place=int(row["row"]),
            title=head(row["title"] or row["text"]),
            text=row["text"] or "",
            label=row["label"],
            date=row["date"],
            link=link,
        )
        for row, link in zip(found, links, strict=True)
    ]


def titles(rows: Path) -> pa.Array:
    """The title of every document, or where it has none the beginning of its text.

    All are read once, a batch at a time, and held as Arrow strings: about 100 bytes each.
    """
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    parts = []
    with pq.ParquetFile(rows) as file:
        names = ["title"] if _all_titled(file) else ["title", "text"]
        for batch in file.iter_batches(batch_size=_BATCH, columns=names):
            held = batch.column("title")
            if "text" in names:
                held = pc.coalesce(
                    held, pc.utf8_slice_codeunits(batch.column("text"), 0, 2 * _TITLE)
                )
            parts.append(held.cast(pa.large_string()))
    return pa.concat_arrays(parts) if parts else pa.array([], pa.large_string())


def head(text: object) -> str:
    """The beginning of a text on one line, for a list."""
    line = " ".join(str(text or "").split())
    return line if len(line) <= _TITLE else line[: _TITLE - 1].rstrip() + "…"


def source_places(rows: Path) -> NDArray[np.int64]:
    """(n,) where each document stands in the file it came from."""
    import pyarrow.parquet as pq

    found: NDArray[np.int64] = pq.read_table(rows, columns=["row"])["row"].to_numpy()
    return found


def link_of(row: Mapping[str, Any]) -> str:
    """The page of a row elsewhere: by its arXiv number, its DOI or an address in it; else ""."""
    by_name = {name.casefold(): value for name, value in row.items()}
    for name in _LINKED:
        value = str(by_name.get(name) or "").strip()
        if match := _ARXIV.match(value):
            return f"https://arxiv.org/abs/{match[1]}{match[2] or ''}"
        if match := _DOI.match(value):
            return f"https://doi.org/{match[1]}"
        if _URL.match(value):
            return value
    return ""


def _links(rows: Path, source: Path | None, places: Sequence[int]) -> list[str]:
    if source is None or not source.is_file():
        return [""] * len(places)
    import pyarrow.parquet as pq

    from engine.data import table

    names = [n for n in pq.read_schema(source).names if n.casefold() in _LINKED and n != "row"]
    if not names:
        return [""] * len(places)
    wanted = source_places(rows)[list(places)]
    found = {
        row["row"]: row for row in table.rows(source, wanted.tolist(), columns=names).to_pylist()
    }
    return [link_of({k: v for k, v in found[at].items() if k != "row"}) for at in wanted.tolist()]


def _all_titled(file: Any) -> bool:
    metadata = file.metadata
    column = metadata.schema.names.index("title")
    groups = [
        metadata.row_group(n).column(column).statistics for n in range(metadata.num_row_groups)
    ]
    return all(one is not None and one.has_null_count and one.null_count == 0 for one in groups)
