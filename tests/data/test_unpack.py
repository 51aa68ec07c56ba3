"""Archives: whole ones give back their bytes, hostile or damaged ones one sentence."""

import gzip
import lzma
import stat
import zipfile

import pyarrow as pa
import pytest

from engine.data import unpack as module
from engine.data.unpack import check_space, unpack
from engine.errors import InputError

DATA = "".join(f"{i},text number {i * 7919 % 1000}\n" for i in range(20_000)).encode()


def zst(data):
    buffer = pa.BufferOutputStream()
    with pa.CompressedOutputStream(buffer, "zstd") as stream:
        stream.write(data)
    return buffer.getvalue().to_pybytes()


PACK = {"gz": gzip.compress, "xz": lzma.compress, "zst": zst}


def zipped(path, entries, method=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return path


def opened(path, kind, folder, max_bytes=1 << 30):
    return unpack(path, kind, folder, max_bytes=max_bytes)


@pytest.mark.parametrize("kind", PACK)
def test_round_trip_and_two_members_end_to_end(tmp_path, kind):
    path = tmp_path / f"rows.csv.{kind}"
    path.write_bytes(PACK[kind](DATA) + PACK[kind](DATA))
    inside = opened(path, kind, tmp_path)
    assert inside.path.read_bytes() == DATA + DATA
    assert inside.name == "rows.csv"


@pytest.mark.parametrize("kind", PACK)
@pytest.mark.parametrize("keep", [0.5, 0.98])
def test_cut_off_is_noticed(tmp_path, kind, keep):
    packed = PACK[kind](DATA)
    path = tmp_path / f"rows.csv.{kind}"
    path.write_bytes(packed[: int(len(packed) * keep)])
    with pytest.raises(InputError, match=r"cut off|damaged"):
        opened(path, kind, tmp_path)


@pytest.mark.parametrize("kind", PACK)
def test_damage_inside_is_noticed(tmp_path, kind):
    packed = bytearray(PACK[kind](DATA))
    for at in range(len(packed) // 2, len(packed) // 2 + 40):
        packed[at] ^= 0xFF
    path = tmp_path / f"rows.csv.{kind}"
    path.write_bytes(packed)
    with pytest.raises(InputError, match=r"cut off|damaged"):
        opened(path, kind, tmp_path)


@pytest.mark.parametrize("kind", [*PACK, "zip"])
def test_a_bomb_is_stopped_by_its_ratio(tmp_path, kind, monkeypatch):
    monkeypatch.setattr(module, "RATIO_COUNTS_FROM", 4 << 20)
    path = tmp_path / f"bomb.{kind}"
    zeros = bytes(32 << 20)
    if kind == "zip":
        zipped(path, {"rows.csv": zeros})
    else:
        path.write_bytes(PACK[kind](zeros))
    with pytest.raises(InputError, match="zip bomb"):
        opened(path, kind, tmp_path)
    assert (tmp_path / "unpacked").stat().st_size <= 8 << 20


@pytest.mark.parametrize("kind", PACK)
def test_the_limit_counts_expanded_bytes(tmp_path, kind):
    path = tmp_path / f"rows.{kind}"
    path.write_bytes(PACK[kind](DATA * 10))
    with pytest.raises(InputError, match="limit"):
        opened(path, kind, tmp_path, max_bytes=1 << 20)


def test_a_zip_that_lies_about_its_size_is_not_believed(tmp_path):
    path = zipped(tmp_path / "a.zip", {"rows.csv": DATA})
    raw = path.read_bytes().replace(len(DATA).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    path.write_bytes(raw)
    with pytest.raises(InputError):
        opened(path, "zip", tmp_path, max_bytes=1000)


@pytest.mark.parametrize(
    "name", ["../rows.csv", "a/../../rows.csv", "/etc/rows.csv", "..\\rows.csv", "C:/r.csv"]
)
def test_names_that_point_outside_are_refused(tmp_path, name):
    path = zipped(tmp_path / "a.zip", {name: DATA})
    with pytest.raises(InputError, match="points outside"):
        opened(path, "zip", tmp_path)


def test_links_are_refused(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        link = zipfile.ZipInfo("rows.csv")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(InputError, match="link"):
        opened(path, "zip", tmp_path)


def test_the_largest_of_several_files_is_taken_and_named(tmp_path):
    files = {"readme.txt": b"hello", "data/rows.csv": DATA, "__MACOSX/rows.csv": DATA * 2}
    inside = opened(zipped(tmp_path / "a.zip", files), "zip", tmp_path)
    assert inside.path.read_bytes() == DATA
    assert inside.name == "rows.csv"
    assert "data/rows.csv" in inside.notes[0]


def test_a_password_is_asked_to_be_removed(tmp_path):
    path = zipped(tmp_path / "a.zip", {"rows.csv": DATA})
    raw = bytearray(path.read_bytes())
    for magic, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.index(magic) + at] |= 1
    path.write_bytes(raw)
    with pytest.raises(InputError, match="password"):
        opened(path, "zip", tmp_path)


def test_an_empty_zip_says_so(tmp_path):
    with pytest.raises(InputError, match="no file with data"):
        opened(zipped(tmp_path / "a.zip", {}), "zip", tmp_path)


def test_too_little_disk_says_how_much(tmp_path):
    with pytest.raises(InputError, match="of disk"):
        check_space(tmp_path, 1 << 60)
