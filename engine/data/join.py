"""Two files' rows in, those of the first and then of the second out: the stage 'data join'."""

from __future__ import annotations

from typing import Any

import pyarrow.parquet as pq

from engine.data.duck import connect, copy_to_parquet, file_literal
from engine.data.facts import SourceFacts
from engine.data.spec_append import JoinSpec
from engine.work import Work


def build(spec: JoinSpec, work: Work) -> dict[str, Any]:
    """Write rows.parquet: columns of the same name are one, others are empty where a file has none.

    Returns:
        The facts of :class:`SourceFacts`.
    """
    parts = [work.inputs[name].path / "rows.parquet" for name in ("first", "second")]
    work.progress.stage("Putting the rows together")
    query = " UNION ALL BY NAME ".join(
        f"SELECT * FROM read_parquet({file_literal(part)})" for part in parts
    )
    target = work.out / "rows.parquet"
    with connect(work.scratch) as con:
        rows = copy_to_parquet(con, query, target)
    return SourceFacts(
        rows=rows,
        columns=len(pq.read_schema(target).names),
        bytes=sum(int(work.inputs[name].facts.get("bytes", 0)) for name in ("first", "second")),
        format="joined",
    ).as_dict()
