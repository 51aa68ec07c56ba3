"""Edited topics kept as topics of their own, and lists of edits that go from one fit to another."""

from __future__ import annotations

import json

import numpy as np
import pytest

from engine.commands import dispatch
from engine.commands.export_topics import export_topics
from engine.errors import InputError
from engine.store import Store
from engine.topics.edit import pending
from engine.topics.edit.context import Context
from engine.topics.edit.edits import Gather, Level, Merge, Pin, Rename
from engine.topics.edit.replay import about, replay
from engine.topics.edit.spec import TopicsEditSpec
from engine.topics.edit.stand import stand
from engine.topics.edit.state import first_state
from engine.topics.edit.transfer import listed
from engine.topics.topics import load_topics
from engine.work import run
from tests.topics.made import make_topics


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("topics")
    store = Store(folder / "cache")
    return make_topics(store, folder), store


@pytest.fixture
def edited(made, tmp_path):
    """A function that writes edits of the topics to a file and keeps where they lead."""
    artifact, store = made
    context = Context(artifact, store)

    def keep(*edits, of=artifact, store=store):
        told = [about(edit, context.fit) for edit in edits]
        path = tmp_path / f"edits{len(list(tmp_path.iterdir()))}.json"
        path.write_text(json.dumps(listed(told, context).plain()))
        return run(TopicsEditSpec(topics=of.key, edits=str(path)), store=store)

    return keep


EDITS = (Rename(topic=2, name="Third"), Merge(into=(0, 1)), Gather(places=(2, 5, 8), name="Few"))


def test_what_is_kept_is_what_the_edits_lead_to(made, edited):
    artifact, store = made
    kept = edited(*EDITS)
    context = Context(artifact, store)
    expected = stand(replay(EDITS, context)[0], context)
    topics = load_topics(kept)
    assert topics.found == expected.found
    for name in ("assigned", "strength", "centroids"):
        np.testing.assert_array_equal(getattr(topics, name), getattr(expected, name))
    assert kept.facts["edits"] == 3
    assert kept.facts["skipped"] == []
    assert kept.facts["n_topics"] == 3
    assert kept.facts["encoder"] == artifact.facts["encoder"]
    assert not (kept.path / "merges.npy").exists()
    assert store.verify(kept) == []


def test_it_is_edited_and_exported_like_any_topics(made, edited, tmp_path):
    artifact, store = made
    kept = edited(*EDITS)
    context = Context(kept, store)
    assert context.diversity == artifact.manifest.spec["diversity"]
    assert first_state(context.fit).names == {2: "Third", 3: "Few"}
    topics = stand(replay([Merge(into=(2, 3))], context)[0], context)
    assert topics.topic(2).name == "Third"
    again = edited(Rename(topic=2, name="Last"), of=kept)
    assert load_topics(again).topic(2).name == "Last"
    assert again.facts["asked"] == artifact.manifest.spec
    kinds = {kind.partition(":")[0] for kind in again.manifest.inputs}
    assert {"topics", "dataset", "vectors", "projection", "words"} <= kinds
    export_topics(store, again, tmp_path / "map.html")
    assert (tmp_path / "map.html").read_text().count("</html>") == 1


def test_the_same_edits_are_the_same_topics_whenever_they_were_made(edited):
    late = tuple(edit.model_copy(update={"when": "2031-01-01T00:00:00+00:00"}) for edit in EDITS)
    assert edited(*EDITS).key == edited(*late).key
    assert edited(*EDITS).key != edited(*EDITS[:2]).key


def test_edits_of_another_fit_are_found_again_and_what_is_not_is_told(edited, tmp_path):
    there = Store(tmp_path / "cache")
    other = make_topics(there, tmp_path, each=40)
    edits = (Rename(topic=0, name="Mine"), Gather(places=(1,)), Merge(into=(0, 1)))
    kept = edited(*edits, of=other, store=there)
    assert kept.facts["edits"] == 2
    assert [one["edit"] for one in kept.facts["skipped"]] == [2]
    assert "numbered otherwise" in kept.facts["skipped"][0]["why"]
    assert kept.facts["n_topics"] == 2
    assert kept.facts["why"] == "These are subjects with 2 edits; 1 could not be made."


def test_nothing_is_kept_where_no_edit_can_be_made(made, edited, tmp_path):
    artifact, store = made
    before = len(store.artifacts("topics"))
    with pytest.raises(
        InputError, match="No edit of edits0.json can be made on subjects: There is"
    ):
        edited(Rename(topic=77, name="Nobody"))
    with pytest.raises(InputError, match="empty"):
        edited()
    with pytest.raises(InputError, match="Name the file with the edits"):
        run(TopicsEditSpec(topics=artifact.key), store=store)
    (tmp_path / "no.json").write_text('{"edits": [{"kind": "explode"}]}')
    with pytest.raises(InputError, match=r"Edit 1 of no\.json cannot be read"):
        run(TopicsEditSpec(topics=artifact.key, edits=str(tmp_path / "no.json")), store=store)
    kept = edited(*EDITS[:1])
    with pytest.raises(InputError, match="no levels"):
        edited(Level(count=2), of=kept)
    assert len(store.artifacts("topics")) <= before + 1


def test_from_the_command_line(made, tmp_path, monkeypatch):
    artifact, store = made
    monkeypatch.setattr("engine.commands.topics_edits.default_store", lambda: store)
    monkeypatch.setattr("engine.commands.stage.default_store", lambda: store)
    target = tmp_path / "edits.json"
    words = ["topics", "edits", artifact.key, "--to", str(target)]
    with pytest.raises(InputError, match="no edits yet"):
        dispatch(words)
    context = Context(artifact, store)
    pending.add(store, artifact, [about(edit, context.fit) for edit in (*EDITS, Pin(topic=2))])
    assert dispatch(words) == {"topics": artifact.key, "edits": 4, "output": str(target)}
    with pytest.raises(InputError, match="there already"):
        dispatch(words)
    for wrong, why in (("edits.csv", "json file"), ("none/edits.json", "no folder")):
        with pytest.raises(InputError, match=why):
            dispatch([*words[:-1], str(tmp_path / wrong)])
    kept = dispatch(["topics", "edit", artifact.key, "--edits", str(target), "--name", "mended"])
    assert kept["n_topics"] == 3
    frozen = pending.frozen(store, artifact)
    assert json.loads(frozen.read_text()) == json.loads(target.read_text())
    pending.history_file(store, artifact).unlink()
