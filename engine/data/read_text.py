"""Plain UTF-8 text in, rows.parquet with the one column `text` out: a row a line."""

from __future__ import annotations

from engine.data.encoding import mending_decoder
from engine.data.facts import Reading

_BATCH_ROWS, _BATCH_CHARACTERS = 20_480, 16 << 20


def read_text(job: Reading, *, header: bool) -> int:
    """Read `job.source`, leaving out blank lines and a first line that is only a `header`.

    Returns:
        The number of rows.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([("text", pa.string())])
    job.progress.stage("Read lines", job.size, "bytes")
    rows, blank, done = 0, 0, 0
    batch: list[str] = []
    held = 0
    with (
        job.source.open(encoding="utf-8", errors=mending_decoder()) as lines,
        pq.ParquetWriter(job.target, schema, compression="snappy") as writer,
    ):
        if header:
            next(lines, None)
        for raw in lines:
            line = raw.rstrip("\n").removeprefix("\ufeff")
            done += len(raw)
            if not line.strip():
                blank += 1
                continue
            batch.append(line)
            held += len(line)
            if len(batch) >= _BATCH_ROWS or held > _BATCH_CHARACTERS:
                writer.write_table(pa.table([batch], schema=schema))
                rows, batch, held = rows + len(batch), [], 0
                job.progress.at(done)
        writer.write_table(pa.table([pa.array(batch, pa.string())], schema=schema))
    if blank:
        job.notes.append(f"{blank:,} blank line{'s' * (blank != 1)} left out.")
    return rows + len(batch)
