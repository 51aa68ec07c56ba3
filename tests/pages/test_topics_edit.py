"""The Edit view: what an edit would do is said before it is made, and then it is so."""

from __future__ import annotations

import shutil

import numpy as np
import pytest

from engine.store import Store
from engine.topics.edit import pending
from engine.topics.edit.edits import Delete, Merge, Move, Pin, Rename
from engine.topics.edit.spec import TopicsEditSpec
from tests.pages.seen import button, said
from tests.topics.made import make_topics


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A cache with topics in it, made once."""
    folder = tmp_path_factory.mktemp("made")
    make_topics(Store(folder / "cache"), folder)
    return folder / "cache"


@pytest.fixture
def topics(store, made):
    shutil.copytree(made, store.root, dirs_exist_ok=True)
    return store.get("subjects", "topics")


@pytest.fixture
def at_edit(visit, store, topics):
    """Opens the view; `rows` of its table are chosen."""

    def go(*rows: int):
        app = visit("topics", topics=topics.key, view="Edit")
        if rows:
            version = pending.history(store, topics).version
            app.session_state[f"edit-topics-{topics.key}-{version}"] = {
                "selection": {"rows": list(rows), "columns": []}
            }
            app.run()
        assert not app.exception
        return app

    return go


def done(store, topics):
    return [edit.kind for edit in pending.history(store, topics).done]


def metrics(app):
    return {metric.label: metric.value for metric in app.metric}


def test_two_topics_chosen_are_described_as_one_before_they_are(at_edit, store, topics):
    app = at_edit(0, 1)
    words = said(app).replace("*", "")
    assert "Together they would be" in words
    assert "120 documents · coherence" in words
    assert done(store, topics) == []
    button(app, "Merge these 2").click().run()
    assert not app.exception
    assert done(store, topics) == ["merge"]
    assert "2 topics" in said(app)


def test_parts_are_shown_with_their_words_and_made_as_shown(at_edit, store, topics):
    app = at_edit(0)
    number = next(box for box in app.number_input if box.label == "Parts")
    number.set_value(2)
    button(app, "Show the parts").click().run()
    assert not app.exception
    assert "would become 2 topics" in said(app).replace("*", "")
    assert done(store, topics) == []
    parts = next(f.value for f in app.dataframe if "Coherence" in f.value and len(f.value) == 2)
    assert sum(parts["Documents"]) == 60
    button(app, "Split like this").click().run()
    assert done(store, topics) == ["split"]
    assert "4 topics" in said(app)


def test_a_topic_that_is_left_whole_is_as_it_was(at_edit, store, topics):
    app = at_edit(0)
    button(app, "Show the parts").click().run()
    if "would become" in said(app):
        button(app, "Leave it whole").click().run()
    assert "would become" not in said(app)
    assert done(store, topics) == []


def test_what_joins_is_told_for_every_threshold(at_edit, store, topics):
    outside = tuple(np.arange(0, 60).tolist())
    pending.add(store, topics, [Move(places=outside, to=-1)])
    app = at_edit()
    slider = next(s for s in app.slider if s.label.startswith("At least"))
    begun = metrics(app)["Would join"]
    assert begun.endswith("of 60")
    slider.set_value(0.0).run()
    assert metrics(app)["Would join"] == "60 of 60"
    assert metrics(app)["Then in no topic"] == "0.0%"
    into = next(f.value for f in app.dataframe if "Would join" in f.value)
    assert sum(into["Would join"]) == 60
    slider = next(s for s in app.slider if s.label.startswith("At least"))
    slider.set_value(1.0).run()
    assert "None of them is as like a topic as 1" in said(app)
    assert button(app, "Rescue 0 of 60").disabled
    slider = next(s for s in app.slider if s.label.startswith("At least"))
    slider.set_value(0.0).run()
    button(app, "Rescue 60 of 60").click().run()
    assert not app.exception
    assert done(store, topics) == ["move", "rescue"]
    assert "0.0% in no topic" in said(app)


def test_coarser_is_seen_before_it_is_made(at_edit, store, topics):
    if not (topics.path / "merges.npy").exists():
        pytest.fail("these topics were merged from finer ones")
    app = at_edit()
    slider = next(s for s in app.slider if s.label == "Topics")
    slider.set_value(2).run()
    assert not app.exception
    assert metrics(app)["Topics"] == "3 → 2"
    assert metrics(app)["That change"] == "2 become 1"
    button(app, "Make it 2 topics").click().run()
    assert done(store, topics) == ["level"]
    assert "2 topics" in said(app)
    button(app, "Undo").click().run()
    assert "3 topics" in said(app)


def test_a_pinned_topic_says_so_instead_of_a_preview(at_edit, store, topics):
    pending.add(store, topics, [Pin(topic=0)])
    app = at_edit(0, 1)
    assert "is pinned" in said(app)
    assert "Pinned" in app.dataframe[0].value


def test_edited_topics_are_kept_by_the_job_its_command_line_shows(
    at_edit, store, topics, submitted
):
    pending.add(store, topics, [Merge(into=(0, 1))])
    app = at_edit()
    name = next(box for box in app.text_input if box.value == "subjects-edited")
    name.set_value("two-subjects")
    shown = next(code.value for code in app.code if "engine topics edit" in code.value)
    button(app, "Keep as new topics").click().run()
    ((spec, called),) = submitted
    assert isinstance(spec, TopicsEditSpec)
    assert called == "two-subjects"
    assert spec.edits in shown
    assert app.query_params["job"]


def test_what_was_edited_elsewhere_since_is_not_rescued_at_a_threshold_unseen(
    at_edit, store, topics
):
    pending.add(store, topics, [Move(places=(0, 1, 2), to=-1)])
    app = at_edit()
    next(s for s in app.slider if s.label.startswith("At least")).set_value(0.0).run()
    pending.add(store, topics, [Move(places=(3, 4), to=-1)])
    button(app, "Rescue 3 of 3").click().run()
    assert not app.exception
    assert done(store, topics) == ["move", "move"]


def test_the_list_calls_a_topic_as_it_was_called_then(at_edit, store, topics):
    pending.add(store, topics, [Rename(topic=0, name="Machines"), Pin(topic=0)])
    assert '"Machines" is kept as it is' in said(at_edit()).replace("\\", "")


def test_with_no_topic_left_it_says_how_to_get_them_back(at_edit, store, topics):
    pending.add(store, topics, [Delete(gone=(0, 1, 2))])
    app = at_edit()
    assert "There is no topic left to edit. Undo brings back what was deleted." in said(app)
    assert not app.error
