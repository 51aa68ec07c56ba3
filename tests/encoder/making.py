"""Rows of text in, a dataset artifact out; and a person who cancels."""

from __future__ import annotations

from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import xxhash

from engine.errors import Cancelled
from engine.store import Manifest
from tests.tiny import WORDS

ROWS = [" ".join(WORDS[i % 40 : i % 40 + i % 9]) for i in range(230)] + ["rain " * 90]
"""230 short texts, most of them more than once, and a long one."""


def make_dataset(store, rows=ROWS):
    digest = xxhash.xxh3_128_hexdigest("\n".join(rows).encode())
    manifest = Manifest(
        kind="dataset",
        key=digest[:20],
        stage="data add",
        version=1,
        spec={},
        inputs={},
        facts={"text_digest": digest},
        command="",
        created=datetime.now(UTC),
        seconds=0.0,
        machine={},
        files={},
    )
    with store.temporary() as folder:
        texts = pa.array(rows, pa.string())
        table = pa.table({"row": pa.array(range(len(rows)), pa.int64()), "text": texts})
        pq.write_table(table, folder / "rows.parquet", row_group_size=70)
        return store.publish(folder, manifest)


class Killed:
    """Progress that cancels after some texts of a stage."""

    stop_requested = False

    def __init__(self, after):
        self.limit, self.done = after, 0

    def stage(self, *_args, **_more):
        self.done = 0

    def advance(self, n=1):
        self.at(self.done + n)

    def at(self, done):
        self.done = done
        if done > self.limit:
            raise Cancelled

    def __getattr__(self, name):
        return lambda *_args, **_kwargs: None


def payload(artifact):
    return {
        path.name: path.read_bytes()
        for path in sorted(artifact.path.iterdir())
        if path.name in artifact.manifest.files
    }
