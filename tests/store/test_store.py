"""What is published is found again, whole, by key, prefix or name; and goes only when it may."""

import contextlib
import json
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import InputError, NotFoundError
from engine.store import Store
from engine.store.budget import using
from engine.store.files import read_json, write_json
from tests.toy import publish


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path)


def test_published_is_found_as_it_was(store):
    made = publish(store, "a1", facts={"n": 1, "text": "é"}, size=7)
    found = store.find("toy", made.key)
    assert found == made
    assert found.facts == {"n": 1, "text": "é"}
    assert found.bytes == 7
    assert (found.path / "sub" / "payload.bin").read_bytes() == b"x" * 7
    assert store.verify(found) == []
    assert list(store.folder("tmp").iterdir()) == []


def test_whoever_publishes_first_wins(store):
    first = publish(store, "a1", size=3)
    assert publish(store, "a1", size=5) == first


def test_a_damaged_folder_does_not_stand_in_the_way(store):
    made = publish(store, "a1")
    (made.path / "manifest.json").write_text("{half", encoding="utf-8")
    assert store.find("toy", made.key) is None
    assert store.artifacts() == []
    assert store.verify(publish(store, "a1")) == []


def test_an_error_while_it_is_made_leaves_nothing(store):
    with contextlib.suppress(KeyError), store.temporary() as folder:
        (folder / "half").write_text("made", encoding="utf-8")
        raise KeyError
    assert list(store.folder("tmp").iterdir()) == []


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda p: (p / "sub/payload.bin").write_bytes(b"x" * 9 + b"y"), "was changed"),
        (lambda p: (p / "sub/payload.bin").write_bytes(b"x" * 11), "was changed"),
        (lambda p: (p / "sub/payload.bin").unlink(), "is missing"),
        (lambda p: (p / "more.txt").write_text("", encoding="utf-8"), "was added"),
    ],
)
def test_verify_sees_every_damage(store, damage, told):
    made = publish(store, "a1", size=10)
    damage(made.path)
    [sentence] = store.verify(made)
    assert told in sentence


@given(st.data())
def test_verify_sees_any_flipped_bit(tmp_path_factory, data):
    store = Store(tmp_path_factory.mktemp("flip"))
    made = publish(store, "a1", size=40)
    file = made.path / "sub" / "payload.bin"
    content = bytearray(file.read_bytes())
    content[data.draw(st.integers(0, 39))] ^= 1 << data.draw(st.integers(0, 7))
    file.write_bytes(content)
    assert len(store.verify(made)) == 1


def test_any_unique_beginning_of_the_key_will_do(store):
    one, other = publish(store, "ab1"), publish(store, "ab2")
    assert store.get("ab1") == one
    assert store.get(f" {other.key} ", "toy") == other
    with pytest.raises(NotFoundError, match=r"^2 keys begin with 'ab'; give more of the key\.$"):
        store.get("ab")
    with pytest.raises(NotFoundError, match=r"^No toy is called 'zz'\. There is: "):
        store.get("zz", "toy")
    with pytest.raises(NotFoundError, match=r"^No model is called 'ab1'\. There is no model yet"):
        store.get("ab1", "model")
    with pytest.raises(NotFoundError):
        store.get("")


@pytest.mark.parametrize("key", ["../../etc", "", "..", "A" * 20, "0" * 19])
def test_only_keys_are_looked_up(store, key):
    publish(store, "a1")
    assert store.find("toy", key) is None


def test_names_are_unique_and_move_with_a_rename(store):
    one, other = publish(store, "a1"), publish(store, "b1")
    named = store.rename(one, "first")
    assert (named.name, store.get("first").key) == ("first", one.key)
    with pytest.raises(InputError, match="'first' already names another toy; choose another"):
        store.rename(other, "first")
    assert store.rename(other, "first", numbered=True).name == "first-2"
    assert store.rename(named, "second").name == "second"
    assert store.named("first") is None
    assert store.rename(other, "first").name == "first"
    assert store.named("first-2") is None
    assert store.rename(store.get("second"), "").title == one.key[:8]
    assert sorted(os.listdir(store.folder("names"))) == ["first"]


def test_a_name_is_free_again_once_its_artifact_is_gone(store):
    one = store.rename(publish(store, "a1"), "mine")
    store.remove(one)
    assert store.free_name("mine") == "mine"
    assert store.rename(publish(store, "b1"), "mine").name == "mine"


@pytest.mark.parametrize("name", ["A", "-a", ".a", "a b", "a/b", "..", "ä", "a" * 65, "a\n"])
def test_other_names_are_refused(store, name):
    with pytest.raises(InputError, match="cannot be a name"):
        store.rename(publish(store, "a1"), name)


@given(st.text(max_size=80))
def test_any_wish_becomes_a_valid_name(tmp_path_factory, wish):
    store = Store(tmp_path_factory.getbasetemp() / "wishes")
    store.check_name(name := store.free_name(wish))
    assert name


def test_a_wish_that_is_taken_gets_a_number(store):
    store.rename(publish(store, "a1"), "ag-news.csv")
    assert store.free_name("AG News.csv") == "ag-news.csv-2"


def test_a_name_half_written_beside_the_others_is_no_name(store):
    one = publish(store, "a1")
    write_json(store.folder("names") / ".mine.1234", {"kind": "toy", "key": one.key})
    assert store.get(one.key).name == ""


def test_lineage_is_everything_it_came_from_once(store):
    root = publish(store, "a1")
    left, right = publish(store, "b1", root), publish(store, "c1", root)
    last = publish(store, "d1", left, right)
    assert [a.key[0] for a in store.lineage(last)] == ["d", "b", "c", "a"]
    assert {a.key for a in store.dependants(root)} == {left.key, right.key}


def test_what_is_needed_is_not_removed(store):
    root = publish(store, "a1")
    child = store.rename(publish(store, "b1", root), "child")
    with pytest.raises(InputError, match="still needed by toy child; remove that first"):
        store.remove(root)
    with using(store, [child]), pytest.raises(InputError, match="read by a running job"):
        store.remove(child)
    store.remove(child)
    store.remove(root)
    assert store.artifacts() == []
    assert not list(store.root.glob("*/.gone-*"))


def test_what_was_removed_meanwhile_cannot_be_used(store):
    gone = publish(store, "a1")
    store.remove(gone)
    with pytest.raises(NotFoundError, match="was just removed; make it again with: python -m"):  # noqa: SIM117
        with using(store, [gone]):
            pass


def test_keeping_can_be_undone(store):
    one = publish(store, "a1")
    store.keep(one)
    assert store.is_kept(one)
    store.keep(one, False)
    assert not store.is_kept(one)


def test_a_cache_that_cannot_be_written_can_be_read(store, monkeypatch):
    made = publish(store, "a1")
    (store.root / "used" / made.key).unlink()

    def refuse(*_args, **_more):
        raise PermissionError

    monkeypatch.setattr("pathlib.Path.touch", refuse)
    assert store.get("a1") == made


@given(st.recursive(st.none() | st.integers() | st.text(), st.lists, max_leaves=5))
def test_json_is_read_as_it_was_written(tmp_path_factory, value):
    path = tmp_path_factory.getbasetemp() / "value.json"
    write_json(path, value)
    assert read_json(path) == value


@pytest.mark.parametrize("content", ["", "{", '{"a": ', "\x00"])
def test_what_is_not_json_is_nothing(tmp_path, content):
    (tmp_path / "x.json").write_text(content, encoding="utf-8")
    assert read_json(tmp_path / "x.json") is None
    assert read_json(tmp_path / "missing.json") is None


def test_a_manifest_says_all(store):
    made = publish(store, "a1", publish(store, "b1"), spec={"text": ["a"]})
    manifest = json.loads((made.path / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["inputs"] == {"0": f"toy/{'b1':0<20}"}
    assert manifest["files"]["sub/payload.bin"]["bytes"] == 10
    assert set(manifest) >= {"kind", "key", "spec", "facts", "command", "created", "machine"}
