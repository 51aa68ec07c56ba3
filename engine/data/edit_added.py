"""The texts that edits add to a dataset in, its new rows out: checked, in groups, to learn from."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from engine.data.clean import chosen, clean
from engine.data.dataset import NEAR_LIMIT, SCHEMA
from engine.data.duplicates import near_groups, text_hash
from engine.data.edits import FILE, NO_ROW, Edit, is_held_out, read_edits, refusal
from engine.errors import InputError
from engine.progress import SILENT, Progress

if TYPE_CHECKING:
    from engine.store import Artifact, Store

_BATCH = 16_384
_WORD = re.compile(r"\w+")
_SHOWN = 60
Flags = NDArray[np.bool_]


def added_rows(
    adds: list[Edit],
    dataset: Artifact,
    keep: Flags,
    *,
    first: int,
    progress: Progress = SILENT,
) -> pa.Table:
    """The rows of the added texts, by :data:`engine.data.dataset.SCHEMA`, numbered from `first`.

    They are cleaned as the dataset was, are learnt from and never tested on, and stand in the group
    of the row they were made from.

    Args:
        adds: Of action add; their rows are in the dataset.
        dataset: What they are added to.
        keep: (n,) which of its rows stay.
        first: A number that no row has had.
        progress: Hears of the comparison with the texts that are tested on.

    Raises:
        InputError: a text is there already, or it, or the row it was made from, is almost the same
            as a text that is held out.
    """
    texts = [_cleaned(edit, dataset) for edit in adds]
    columns = ["row", "group", "split", "label"]
    old = pq.read_table(dataset.path / "rows.parquet", columns=columns)
    _check_new(texts, dataset, old, keep)
    _check_origins(adds, old, keep)
    _check_unlike_held_out(texts, dataset, old, keep, progress)
    group_of = dict(zip(old["row"].to_pylist(), old["group"].to_pylist(), strict=True))
    rows = list(range(first, first + len(adds)))
    return pa.table(
        {
            "row": rows,
            "text": texts,
            "title": [None] * len(adds),
            "label": [str(edit.value) for edit in adds],
            "date": [None] * len(adds),
            "split": ["train"] * len(adds),
            "group": [group_of.get(e.row, row) for e, row in zip(adds, rows, strict=True)],
        },
        schema=SCHEMA,
    )


def added_texts(dataset: Artifact, store: Store) -> set[int]:
    """:func:`text_hash` of every text that edits added to a dataset, or to those it came from."""
    found = set()
    for version in store.lineage(dataset):
        path = version.path / FILE
        if version.kind == "dataset" and version.facts.get("edits", {}).get("add"):
            adds = (edit for edit in read_edits(path) if edit.action == "add")
            found |= {text_hash(_cleaned(edit, version)) for edit in adds}
    return found


def _cleaned(edit: Edit, dataset: Artifact) -> str:
    text = clean(edit.text, chosen(dataset.facts.get("clean", ()))).strip()
    if not text:
        raise InputError(
            f"Nothing is left of '{edit.text[:_SHOWN]}' once it is cleaned as {dataset.title} is; "
            "add another text."
        )
    return text


def _check_new(texts: list[str], dataset: Artifact, old: pa.Table, keep: Flags) -> None:
    wanted: dict[int, str] = {}
    for text in texts:
        if (number := text_hash(text)) in wanted:
            raise InputError(f"The text '{text[:_SHOWN]}' is added twice; keep one.")
        wanted[number] = text
    begin = {_first_word(text) for text in texts}
    for at, text in _texts(dataset, np.flatnonzero(keep)):
        # Most texts begin otherwise, and need not be hashed.
        if _first_word(text) in begin and (number := text_hash(text)) in wanted:
            row, label = old["row"][at].as_py(), old["label"][at].as_py()
            said = f", as {label}" if label else ""
            raise InputError(
                f"The text '{wanted[number][:_SHOWN]}' is in {dataset.title} already, in row "
                f"{row}{said}: relabel that row instead of adding it."
            )


def _first_word(text: str) -> str:
    found = _WORD.search(text)
    return found.group().lower() if found else ""


def _check_origins(adds: list[Edit], old: pa.Table, keep: Flags) -> None:
    """No group stands on both sides of the split."""
    rows, groups = old["row"].to_numpy(), old["group"].to_numpy()
    splits = old["split"].to_pylist()
    held = {int(groups[i]): i for i in np.flatnonzero(keep) if is_held_out(splits[i])}
    place = {int(row): i for i, row in enumerate(rows)}
    for edit in adds:
        if edit.row != NO_ROW and (at := held.get(int(groups[place[edit.row]]))) is not None:
            raise InputError(refusal(int(rows[at]), splits[at]))


def _check_unlike_held_out(
    texts: list[str], dataset: Artifact, old: pa.Table, keep: Flags, progress: Progress
) -> None:
    """Where the dataset's near-duplicates were looked for, so are those of the added texts."""
    splits = old["split"].to_pylist()
    held = np.array([i for i in np.flatnonzero(keep) if is_held_out(splits[i])], dtype=np.int64)
    near = (dataset.facts.get("duplicates") or {}).get("near")
    if near is None or not 0 < len(held) <= NEAR_LIMIT:
        return
    others = (text for _, text in _texts(dataset, held))
    every = (text for part in (texts, others) for text in part)
    groups = near_groups(every, len(texts) + len(held), progress=progress)
    for at, text in enumerate(texts):
        alike = np.flatnonzero(groups[len(texts) :] == groups[at])
        if len(alike):
            row = old["row"][int(held[alike[0]])].as_py()
            raise InputError(
                f"The text '{text[:_SHOWN]}' is almost the same as row {row}, a "
                f"{splits[held[alike[0]]]} text, and would teach what is to be tested. Exclude row "
                f"{row} as well, or add another text."
            )


def _texts(dataset: Artifact, places: NDArray[np.int64]) -> Any:
    """(place, text) of the rows at `places`, which ascend, a batch in memory at a time."""
    start = 0
    with pq.ParquetFile(dataset.path / "rows.parquet") as file:
        for batch in file.iter_batches(batch_size=_BATCH, columns=["text"]):
            low, high = np.searchsorted(places, [start, start + batch.num_rows])
            mine = places[low:high]
            texts = batch.column(0).take(pa.array(mine - start, pa.int64())).to_pylist()
            yield from zip(mine.tolist(), texts, strict=True)
            start += batch.num_rows
