"""Trends, categories, the tree, a document's page and two runs, as a person sees them."""

from __future__ import annotations

import json

import numpy as np
import pytest

from engine.data.spec_dataset import DatasetSpec
from engine.data.spec_source import SourceSpec
from engine.topics.edit import pending
from engine.topics.edit.edits import Merge, Pin
from engine.work import run
from tests.pages.seen import button, said
from tests.topics.artifacts import topics_artifact

ROWS = 240


@pytest.fixture
def dated(store, tmp_path):
    """Texts from 2015 to 2019; those of topic 0 (every fourth) are ever more of "late"."""
    path = tmp_path / "dated.csv"
    lines = ["text,topic,day,shop"]
    for n in range(ROWS):
        words = ("bread oven", "stars orbit", "robot arm", "bank loan")[n % 4]
        day = f"{2015 + n * 5 // ROWS}-0{n % 9 + 1}-11"
        lines.append(
            f"{words} number{n} text,{words.split()[0]},{day},{('', 'north', 'south')[n % 3]}"
        )
    path.write_text("\n".join(lines), encoding="utf-8")
    source = run(SourceSpec(path=str(path)), store=store, name="dated-file")
    return run(
        DatasetSpec(source=source.key, text=("text",), label="topic", date="day",
                    near_duplicates="no"),
        store=store, name="dated",
    )  # fmt: skip


@pytest.fixture
def topics(store, dated):
    return topics_artifact(store, dated, topics=4, described=True)


def spec(app, n=0):
    """The n-th Plotly chart of the page."""
    return json.loads(app.get("plotly_chart")[n].proto.spec)


def cut(app):
    """The slider of the tree."""
    return next(one for one in app.slider if one.label == "Topics left at the cut")


def frame(app, column):
    """The table that has that column."""
    return next(d.value for d in app.dataframe if column in d.value.columns)


def test_trends_draw_the_largest_and_say_what_changes(visit, topics):
    app = visit("topics", topics=topics.key, view="Trends")
    assert not app.exception
    lines = [t for t in spec(app)["data"] if t.get("name")]
    assert {t["name"] for t in lines} == {f"Name {n}" for n in range(4)}
    assert lines[0]["x"] == ["2015", "2016", "2017", "2018", "2019"]
    table = frame(app, "Over time")
    assert set(table["Trend"]) == {"within chance"}
    assert all(len(one) == 5 for one in table["Over time"])
    assert "None rises or falls beyond chance, of 4 topics, from 2015 to 2019" in said(app)


def test_counts_and_another_period_are_a_click_away(visit, topics):
    app = visit("topics", topics=topics.key, view="Trends")
    app.segmented_control(key="trend-show").set_value("Count").run()
    first = next(t for t in spec(app)["data"] if t.get("name"))
    assert all(value == int(value) for value in first["y"])
    unit = next(c for c in app.segmented_control if c.label == "Per")
    unit.set_value("quarter").run()
    assert not app.exception
    assert spec(app)["data"][0]["x"][0] == "2015 Q1"


def test_a_chosen_point_is_its_documents(visit, topics, dated):
    app = visit("topics", topics=topics.key, view="Trends")
    app.session_state[f"marked-trend-{topics.key}-year-5"] = (2, 1)
    app.run()
    assert not app.exception
    expected = sum(n % 4 == 2 and n * 5 // ROWS == 1 for n in range(4, ROWS))
    assert f"{expected} documents of Name 2 in 2016" in said(app).replace("*", "")


def test_lines_can_be_chosen(visit, topics):
    app = visit("topics", topics=topics.key, view="Trends")
    app.segmented_control(key="trend-which").set_value("own").run()
    app.multiselect(key=f"trend-lines-{topics.key}-0").set_value([3]).run()
    assert [t["name"] for t in spec(app)["data"] if t.get("name")] == ["Name 3"]
    app.segmented_control(key="trend-which").set_value("up").run()
    assert not app.exception
    assert "No topic is rising beyond chance." in said(app)


def test_without_dates_or_labels_a_sentence_says_so(visit, store, tmp_path):
    path = tmp_path / "bare.csv"
    path.write_text("text\n" + "\n".join(f"only words here {n}" for n in range(30)))
    source = run(SourceSpec(path=str(path)), store=store)
    bare = run(DatasetSpec(source=source.key, text=("text",), near_duplicates="no"), store=store)
    found = topics_artifact(store, bare)
    app = visit("topics", topics=found.key, view="Trends")
    assert "have no dates" in said(app)
    app.segmented_control(key="trends").set_value("category").run()
    assert not app.exception
    assert "no labels and no other column" in said(app)
    app = visit("topics", topics=found.key, view="Topics")
    assert not {"Purity", "Over time"} & set(frame(app, "Words").columns)


def test_categories_stand_against_topics(visit, topics):
    app = visit("topics", topics=topics.key, view="Trends", trends="By category")
    assert not app.exception
    table = frame(app, "Against chance")
    assert len(table) == 4  # each topic has a category of its own
    assert dict(zip(table["Topic"], table["Category"], strict=True)) == {
        "Name 0": "bread", "Name 1": "stars", "Name 2": "robot", "Name 3": "bank",
    }  # fmt: skip
    assert (table["Of the topic"] == 1).all()
    box = app.selectbox(key=f"category-{topics.key}")
    assert box.options == ["Label", "Column shop"]
    box.select(":shop").run()
    assert not app.exception
    assert set(frame(app, "Against chance")["Category"]) == {"north", "south"}


def test_a_chosen_cell_is_its_documents(visit, topics):
    app = visit("topics", topics=topics.key, view="Trends", trends="By category")
    n = int(frame(app, "Against chance")["Documents"][0])
    key = f"cells-{topics.key}-0-label-list"
    app.session_state[key] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    app.session_state[f"marked-cells-{topics.key}-0-label"] = (0, 1)
    app.run()
    assert not app.exception
    assert f"{n} documents of " in said(app).replace("*", "")


def test_the_table_has_trend_and_purity_and_is_searched(visit, topics):
    app = visit("topics", topics=topics.key, view="Topics")
    assert not app.exception
    table = frame(app, "Words")
    assert (table["Purity"] == 1).all()
    assert set(table["Main label"]) == {"bread", "stars", "robot", "bank"}
    app.text_input(key="table-find").set_value("WORD2 other").run()
    assert list(frame(app, "Words")["Topic"]) == ["Name 2"]
    app.text_input(key="table-find").set_value("zebra").run()
    assert "No topic has zebra" in said(app)
    app.text_input(key="table-find").set_value("").run()
    app.selectbox(key="table-order").select("name").run()
    assert list(frame(app, "Words")["Topic"]) == [f"Name {n}" for n in range(4)]


def test_a_cut_of_the_tree_merges_and_undo_parts_again(visit, topics, store):
    app = visit("topics", topics=topics.key, view="Tree")
    assert not app.exception
    app.slider(key=f"cut-{topics.key}-0").set_value(2).run()
    joins = frame(app, "Joint words")
    assert sum(joins["Topics"]) - len(joins) == 2
    button(app, "Merge at this cut").click().run()
    assert not app.exception
    assert "240 documents · 2 topics" in said(app)
    done = pending.history(store, topics).done
    assert all(isinstance(edit, Merge) for edit in done)
    button(app, "Undo").click().run()
    assert "240 documents · 4 topics" in said(app)
    button(app, "Redo").click().run()
    assert pending.history(store, topics).done == done


def test_a_cut_is_taken_back_as_one(visit, topics, store):
    app = visit("topics", topics=topics.key, view="Tree")
    before = pending.add(store, topics, [Merge(into=(0, 1))])
    app.run()
    cut(app).set_value(1).run()
    button(app, "Merge at this cut").click().run()
    assert "240 documents · 1 topic" in said(app)
    button(app, "Undo").click().run()
    assert not app.exception
    assert pending.history(store, topics).done == before.done


def test_what_was_edited_elsewhere_since_is_not_merged_at_a_cut_unseen(visit, topics, store):
    app = visit("topics", topics=topics.key, view="Tree")
    cut(app).set_value(2).run()
    pending.add(store, topics, [Merge(into=(0, 1))])
    button(app, "Merge at this cut").click().run()
    assert not app.exception
    assert len(pending.history(store, topics).done) == 1
    assert "240 documents · 3 topics" in said(app)


def test_pinned_topics_stay_out_of_the_cut(visit, topics, store):
    pending.add(store, topics, [Pin(topic=n) for n in range(3)])
    app = visit("topics", topics=topics.key, view="Tree")
    cut(app).set_value(1).run()
    assert not app.exception
    assert button(app, "Merge at this cut").disabled
    assert "Pinned topics stay as they are" in said(app)


def test_a_branch_is_seen_as_one_topic_and_merged(visit, topics):
    app = visit("topics", topics=topics.key, view="Tree")
    app.session_state[f"marked-tree-{topics.key}-0-average"] = (0, 0)
    app.run()
    assert "2 topics, " in said(app)
    button(app, "Merge these 2").click().run()
    assert not app.exception
    assert "240 documents · 3 topics" in said(app)


def test_pairs_come_nearest_first_and_merge(visit, topics):
    app = visit("topics", topics=topics.key, view="Tree")
    pairs = frame(app, "Cosine")
    assert len(pairs) == 6
    assert (np.diff(pairs["Cosine"]) <= 0).all()
    app.session_state[f"pairs-{topics.key}-0-vectors"] = {
        "selection": {"rows": [0], "columns": [], "cells": []}
    }
    app.run()
    button(app, "Merge these 2").click().run()
    assert "240 documents · 3 topics" in said(app)


def test_two_topics_are_no_tree(visit, store, dated):
    few = topics_artifact(store, dated, topics=2, described=True)
    app = visit("topics", topics=few.key, view="Tree")
    assert not app.exception
    assert "at least three topics" in said(app)


class _Reads:
    """An encoder that finds each passage to be of topic 2."""

    def encode(self, texts):
        return np.tile(np.eye(4, 8, dtype="f4")[2], (len(texts), 1))


@pytest.fixture
def reads(monkeypatch):
    monkeypatch.setattr("pages._ui.topics.document.passages_view.encoder_of", lambda name: _Reads())


def test_the_page_of_a_document_gives_its_reasons(visit, topics, reads):
    app = visit("topics", topics=topics.key, document="41")
    assert not app.exception
    words = said(app).replace("*", "")
    assert "It is in Name 1: the cosine to the topic's centre is " in words
    assert "15 of its 15 nearest documents are in the same topic" in words
    evidence = frame(app, "Neighbours")
    assert evidence["Topic"][0] == "● Name 1"
    assert evidence["Neighbours"][0] == 15
    # The encoder says of its only passage that it is of another topic.
    assert dict(zip(evidence["Topic"], evidence["Text"], strict=True))["Name 2"] == 1
    assert any("Name 2 100%" in one.proto.body for one in app.get("html"))
    assert set(frame(app, "Times")["Word"]) >= {"stars", "orbit"}
    assert len(frame(app, "Likeness")) == 15


def test_the_way_back_from_a_document_leads_to_the_view_it_came_from(visit, topics, reads):
    app = visit("topics", topics=topics.key, view="Topics")
    key = next(d.key for d in app.dataframe if "Words" in d.value.columns)
    app.session_state[key] = {"selection": {"rows": [1], "columns": [], "cells": []}}
    app.run()
    next(one for one in app.button if one.label == "Why this topic?").click().run()
    assert not app.exception
    assert app.query_params["document"]
    next(one for one in app.button if one.label.startswith("Back to")).click().run()
    assert not app.exception
    assert "document" not in app.query_params
    assert "Find a topic" in [box.label for box in app.text_input]


@pytest.mark.parametrize("view", ["Map", "Trends"])
def test_from_every_view_there_is_a_way_to_all_topics(visit, topics, view):
    app = visit("topics", topics=topics.key, view=view)
    button(app, "All topics").click().run()
    assert not app.exception
    assert not app.error
    assert "topics" not in app.query_params


def test_a_document_in_no_topic_has_a_page_too(visit, topics, reads):
    app = visit("topics", topics=topics.key, document="2")
    assert not app.exception
    assert "It is in no topic. Name 2 is the nearest" in said(app).replace("*", "")


def test_a_row_of_the_nearest_opens_its_page(visit, topics, reads):
    app = visit("topics", topics=topics.key, document="41")
    near = frame(app, "Likeness")
    key = next(d.key for d in app.dataframe if "Likeness" in d.value.columns)
    app.session_state[key] = {"selection": {"rows": [1], "columns": [], "cells": []}}
    app.run()
    assert not app.exception
    assert app.query_params["document"] != ["41"]
    assert near["Title"][1] in app.title[0].value.replace("\\", "")


@pytest.mark.parametrize("place", ["9999", "-1", "nonsense", "²"])
def test_an_address_of_no_document_shows_the_topics(visit, topics, place):
    app = visit("topics", topics=topics.key, document=place)
    assert not app.exception
    assert "not one of these" in said(app)
    assert "4 topics" in said(app)


def test_where_the_encoder_is_gone_the_text_stays(visit, topics, monkeypatch):
    from engine.errors import InputError

    def gone(name):
        raise InputError("The encoder is not here any more.")

    monkeypatch.setattr("pages._ui.topics.document.passages_view.encoder_of", gone)
    app = visit("topics", topics=topics.key, document="41")
    assert not app.exception
    assert "The encoder is not here any more." in said(app)
    assert "stars orbit number41 text" in said(app)
    assert len(frame(app, "Likeness")) == 15


def test_where_the_words_are_gone_the_text_and_its_passages_stay(visit, store, dated, reads):
    bare = topics_artifact(store, dated, topics=4)
    app = visit("topics", topics=bare.key, document="41")
    assert not app.exception
    assert "Without topics and vectors" in said(app)
    assert "stars orbit number41 text" in said(app)


def test_two_runs_are_compared_topic_by_topic(visit, store, topics, dated):
    other = topics_artifact(store, dated, topics=2, mapped=False)
    app = visit("topics", topics=topics.key, view="Compare", **{"with": other.key})
    assert not app.exception
    # Topics 0 and 2 are the even documents, 1 and 3 the odd ones.
    table = frame(app, "Became")
    assert dict(zip(table["Topic"], table["There"], strict=True)) == {
        "Name 0": "Name 0", "Name 2": "Name 0", "Name 1": "Name 1", "Name 3": "Name 1",
    }  # fmt: skip
    assert "4 topics here" in said(app)
    flow = spec(app)["data"][0]
    assert flow["type"] == "sankey"
    assert sum(flow["link"]["value"]) == ROWS - 4
    # Of the topics that are one there, one has it as its counterpart; the other one is elsewhere.
    key = next(d.key for d in app.dataframe if "Became" in d.value.columns)
    moved = [n for n, stay in enumerate(table["Stay"]) if not stay]
    assert len(moved) == 2
    app.session_state[key] = {"selection": {"rows": moved[:1], "columns": [], "cells": []}}
    app.run()
    size, there = table["Documents"][moved[0]], table["There"][moved[0]]
    assert f"They are there in: {there} {size}" in said(app)
    assert f"{size} documents of {table['Topic'][moved[0]]}" in said(app).replace("*", "")


def test_with_nothing_to_compare_it_says_so(visit, topics):
    app = visit("topics", topics=topics.key, view="Compare")
    assert not app.exception
    assert "There are no other topics yet" in said(app)


def test_topics_are_not_compared_with_themselves(visit, store, topics, dated):
    topics_artifact(store, dated, topics=2, mapped=False)
    app = visit("topics", topics=topics.key, view="Compare", **{"with": topics.key})
    assert not app.exception
    assert "cannot be compared with themselves" in said(app)


def test_an_address_that_names_nothing_shows_another(visit, store, topics, dated):
    topics_artifact(store, dated, topics=2, mapped=False)
    app = visit("topics", topics=topics.key, view="Compare", **{"with": "gone"})
    assert not app.exception
    assert "another one is shown" in said(app)
    assert "Became" in frame(app, "Became").columns


def test_other_texts_cannot_be_compared(visit, store, topics, dataset):
    other = topics_artifact(store, dataset)
    app = visit("topics", topics=topics.key, view="Compare", **{"with": other.key})
    assert not app.exception
    assert "share no text" in said(app)


@pytest.mark.parametrize("view", ["Trends", "Tree", "Compare", "Topics"])
def test_no_topic_at_all_is_no_error(visit, store, dated, view):
    found = topics_artifact(store, dated, topics=1, outliers=ROWS, described=True)
    app = visit("topics", topics=found.key, view=view)
    assert not app.exception
