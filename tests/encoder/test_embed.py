from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from engine.encoder import embed
from engine.encoder.spec import EmbedSpec
from engine.errors import Cancelled, InputError
from engine.progress import SILENT
from tests.tiny import WORDS

ROWS = [" ".join(WORDS[i % 40 : i % 40 + i % 9]) for i in range(230)] + ["rain " * 90]


class Killed:
    """Progress that cancels after some texts."""

    stop_requested = False

    def __init__(self, after):
        self.left = after

    def advance(self, n=1):
        self.left -= n
        if self.left < 0:
            raise Cancelled

    def __getattr__(self, name):
        return lambda *_args, **_kwargs: None


@pytest.fixture
def work(tmp_path, monkeypatch):
    monkeypatch.setattr(embed, "_CPU_BLOCK", 50)
    monkeypatch.setattr(embed, "_SYNC_S", 0.0)
    for name in ("dataset", "out", "scratch"):
        (tmp_path / name).mkdir()
    table = pa.table({"row": range(len(ROWS)), "text": ROWS})
    pq.write_table(table, tmp_path / "dataset" / "rows.parquet", row_group_size=70)
    return SimpleNamespace(
        out=tmp_path / "out",
        scratch=tmp_path / "scratch",
        inputs={"dataset": SimpleNamespace(path=tmp_path / "dataset")},
        progress=SILENT,
    )


@pytest.fixture
def spec(tiny_folder):
    return EmbedSpec(dataset="d", encoder=str(tiny_folder))


def test_vectors_stand_in_the_datasets_order(work, spec, tiny):
    facts = embed.build(spec, work)
    vectors = np.load(work.out / "vectors.npy", mmap_mode="r")
    assert vectors.dtype == np.float32
    assert np.abs(vectors - tiny.encode(ROWS)).max() < 1e-6
    assert facts["embeddings"] == len(ROWS)
    assert facts["width"] == tiny.width
    assert facts["kernel"] == "sdpa_flash"
    assert facts["kernel_ops"] == ["aten::_scaled_dot_product_flash_attention_for_cpu"]
    assert facts["truncated"] == pytest.approx(1 / len(ROWS), abs=1e-3)
    assert facts["fingerprint"] == tiny.fingerprint


def test_a_killed_run_goes_on_where_it_was(work, spec, tiny, monkeypatch):
    whole = SimpleNamespace(**{**vars(work), "scratch": work.scratch / "other"})
    whole.scratch.mkdir()
    embed.build(spec, whole)
    uninterrupted = (work.out / "vectors.npy").read_bytes()
    (work.out / "vectors.npy").unlink()

    work.progress = Killed(120)
    with pytest.raises(Cancelled):
        embed.build(spec, work)
    assert not list(work.out.iterdir())
    with (work.scratch / "vectors.f32").open("ab") as file:
        file.write(b"half a row")  # as a kill in mid-write leaves it

    work.progress = SILENT
    encoded: list[int] = []
    tokenize = type(tiny).tokenize

    def counting(self, texts, max_length=None):
        encoded.append(len(texts))
        return tokenize(self, texts, max_length)

    monkeypatch.setattr(type(tiny), "tokenize", counting)
    embed.build(spec, work)
    assert sum(encoded) < len(ROWS)
    resumed = np.load(work.out / "vectors.npy")
    assert np.abs(resumed - np.load(_bytes(uninterrupted))).max() < 1e-6


def test_other_weights_start_afresh(work, spec, tiny_folder, tmp_path, tiny):
    from tests.tiny import make_tiny_encoder

    work.progress = Killed(120)
    with pytest.raises(Cancelled):
        embed.build(spec, work)
    work.progress = SILENT
    other = make_tiny_encoder(tmp_path / "other", seed=7)
    embed.build(EmbedSpec(dataset="d", encoder=str(other)), work)
    assert np.abs(np.load(work.out / "vectors.npy") - tiny.encode(ROWS)).max(axis=1).min() > 1e-3


def test_an_empty_dataset_has_nothing_to_embed(work, spec):
    empty = pa.table({"row": pa.array([], pa.int64()), "text": pa.array([], pa.string())})
    pq.write_table(empty, work.inputs["dataset"].path / "rows.parquet")
    with pytest.raises(InputError, match="no rows"):
        embed.build(spec, work)


def _bytes(content):
    from io import BytesIO

    return BytesIO(content)
