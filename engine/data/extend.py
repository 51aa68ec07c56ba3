"""A file's rows and edits that add texts in, the rows with those under them out: 'data extend'."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from engine.data.duck import connect, copy_to_parquet, file_literal
from engine.data.edits import NO_ROW, read_edits
from engine.data.facts import SourceFacts
from engine.data.files.joined import free_names
from engine.data.spec_edit import ExtendSpec
from engine.work import Work

_LABEL, _ORIGIN = "added_label", "made_from_row"


def build(spec: ExtendSpec, work: Work) -> dict[str, Any]:
    """Write rows.parquet: every row as it was, then one for each added text, in the edits' order.

    So a row's number still says where in a file it stands. Columns of an added row are empty but
    for the text's, and for two that are new: added_label, and made_from_row, the row it is a
    counterfactual of.

    Returns:
        The facts of :class:`SourceFacts`.
    """
    source = work.inputs["source"]
    path = source.path / "rows.parquet"
    schema = pq.read_schema(path)
    adds = [edit for edit in read_edits(work.file("edits")) if edit.action == "add"]
    columns: dict[str, Any] = {}
    if spec.text_column in schema.names and _is_text(schema.field(spec.text_column).type):
        columns[spec.text_column] = pa.array([edit.text for edit in adds], pa.string())
    names = _kept_names(schema.names)
    columns[names[_LABEL]] = pa.array([str(edit.value) for edit in adds], pa.string())
    origins = [None if edit.row == NO_ROW else edit.row for edit in adds]
    columns[names[_ORIGIN]] = pa.array(origins, pa.int64())
    work.progress.stage("Putting the added texts under the file's")
    new = work.scratch / "added.parquet"
    pq.write_table(pa.table(columns), new)
    target = work.out / "rows.parquet"
    query = " UNION ALL BY NAME ".join(
        f"SELECT * FROM read_parquet({file_literal(part)})" for part in (path, new)
    )
    try:
        with connect(work.scratch) as con:
            rows = copy_to_parquet(con, query, target)
    finally:
        new.unlink(missing_ok=True)
    return SourceFacts(
        rows=rows,
        columns=len(pq.read_schema(target).names),
        bytes=int(source.facts.get("bytes", 0)),
        format="extended",
    ).as_dict()


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _kept_names(taken: list[str]) -> dict[str, str]:
    """What the two new columns are called; a file that was extended before has them already."""
    if {_LABEL, _ORIGIN} <= set(taken):
        return {_LABEL: _LABEL, _ORIGIN: _ORIGIN}
    return free_names((_LABEL, _ORIGIN), taken)
