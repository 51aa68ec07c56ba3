"""What kind of file it is follows from its content; what cannot be read is named."""

import gzip
import lzma
import zipfile

import pytest

from engine.data import formats
from engine.errors import InputError


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (gzip.compress(b"a"), "gz"),
        (lzma.compress(b"a"), "xz"),
        (b"\x28\xb5\x2f\xfd..", "zst"),
        (b"a,b", None),
    ],
)
def test_packing_is_read_from_the_first_bytes(tmp_path, content, kind):
    path = tmp_path / "data.csv"
    path.write_bytes(content)
    assert formats.packing(path) == kind


def test_a_workbook_is_not_a_packed_file(tmp_path):
    path = tmp_path / "data.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", "")
        archive.writestr("xl/workbook.xml", "")
    assert formats.packing(path) is None
    assert formats.layout(path) == "excel"


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"%PDF-1.7 ...", "PDF"),
        (b"\x89PNG\r\n\x1a\n", "picture"),
        (b"SQLite format 3\x00", "SQLite"),
        (bytes(range(256)) * 40, "does not hold text"),
        (gzip.compress(b"a,b"), "packed twice"),
    ],
)
def test_what_is_no_table_is_refused_by_name(tmp_path, content, word):
    path = tmp_path / "data.csv"
    path.write_bytes(content)
    with pytest.raises(InputError, match=word):
        formats.layout(path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "cp1252", "gb18030"])
def test_letters_of_any_encoding_are_no_binary(tmp_path, encoding):
    path = tmp_path / "data"
    text = "title,text\nlong,story\n" * 50
    path.write_bytes(text.encode(encoding))
    assert formats.layout(path) == "characters"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ('{"a": 1}\n{"a": 2}\n', "jsonl"),
        ('{"a": 1}\n{"a": \n{"a": 3}\n', "jsonl"),
        ('[{"a": 1},\n {"a": 2}]', "json"),
        ('{\n "data": [\n  {"a": 1}\n ]\n}', "json"),
        ('["a", "b"]', "json"),
        ("[info] started\n[info] stopped\n", "table"),
        ("{curly} beginnings,are not JSON\n", "table"),
        ("a,b\n1,2\n", "table"),
    ],
)
def test_json_is_told_from_tables(text, kind):
    assert formats.shape(text, whole=True) == kind
