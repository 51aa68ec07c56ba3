"""The Explain page's view of topics: a document, a whole topic, chosen documents, none yet."""

from __future__ import annotations

import json
from shutil import copytree

import pytest

from engine.explain.target import Target
from engine.explain.topics.spec import ExplainTopicsSpec
from engine.jobs.record import State
from engine.topics.edit import pending
from engine.topics.edit.edits import Rename
from engine.topics.spec import TopicsSpec
from engine.topics.topics import load_topics
from engine.work import run
from tests.explain.topics_made import changed, made_topics
from tests.pages.seen import button, said

HERE = {"view": "topics"}


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """Topics made once, in a store of their own."""
    return made_topics(tmp_path_factory.mktemp("topics"))


@pytest.fixture
def made(kept, monkeypatch):
    """Those, in the store of the page."""
    from tests.pages.conftest import _forget

    monkeypatch.setenv("LIMN_CACHE", str(kept.store.root))
    _forget()
    yield kept
    _forget()


def drawn(app):
    return "\n".join(one.proto.body for one in app.get("html"))


def test_without_topics_the_sample_papers_are_a_click_away(
    visit, store, submitted, make_job, dataset
):
    app = visit("explain", **HERE)
    assert "No topics yet" in said(app)
    button(app, "Find the topics of the sample papers").click().run()
    ((spec, name),) = submitted
    assert (spec.preset, name) == ("papers", "sample-papers")
    done = make_job(State.DONE, verb="data add", result={"dataset": dataset.key})
    app = visit("explain", **HERE, samplejob=done.id)
    assert not app.exception
    assert submitted[-1][0] == TopicsSpec(dataset=dataset.key, encoder="minilm")
    assert "Finding the topics" in said(app)


def test_the_first_topics_open_when_they_are_found(visit, made, make_job):
    done = make_job(State.DONE, verb="topics", result={"topics": made.draft.key})
    copytree(done.path, made.store.folder("jobs") / done.id)
    app = visit("explain", **HERE, topicsjob=done.id)
    assert not app.exception
    assert app.query_params["topics"] in (made.draft.key, [made.draft.key])
    assert "topicsjob" not in app.query_params
    assert "It is in" in said(app)


def test_a_document_says_why_it_is_in_one_topic_and_not_in_another(visit, made):
    app = visit("explain", **HERE, topics=made.draft.key, document="4")
    assert not app.exception
    now = load_topics(made.draft)
    own = now.topic(int(now.assigned[4])).name
    words = said(app)
    assert f"It is in **{own}** (cosine" in words
    assert "speak for the first" in words
    assert "exactly the difference of the two cosines" in words
    assert "How far to believe it" in words
    assert "nearest to it" in words
    marks = drawn(app)
    assert marks.count("<mark") > 3
    assert f"speaks for {own}" in marks
    assert len(app.get("plotly_chart")) >= 3
    (steps,) = [t.value for t in app.dataframe if "Words out" in t.value]
    assert steps["Words out"].tolist()[0] == 0
    assert steps["Nearest topic"].tolist()[0] == own


def test_a_topic_can_be_explained_alone_and_another_in_its_place(visit, made):
    app = visit("explain", **HERE, topics=made.draft.key, document="4")
    of, against = (next(s for s in app.selectbox if s.label == label)
                   for label in ("Why this topic", "And not this one"))  # fmt: skip
    assert against.options[-1] == "Nothing: explain it alone"
    against.select(-1).run()
    assert not app.exception
    assert "Its cosine to" in said(app)
    of = next(s for s in app.selectbox if s.label == "Why this topic")
    assert "(its topic)" in of.options[0]
    other = load_topics(made.draft).found
    mine = next(n for n, topic in enumerate(other) if topic.name in of.options[1])
    of.select(mine).run()
    assert not app.exception
    assert f"the centre of **{other[mine].name}**" in said(app)


def test_the_whole_encoder_is_explained_too(visit, made):
    app = visit("explain", **HERE, topics=made.whole.key, document="2")
    assert not app.exception
    assert "for a text of empty tokens" in said(app)


def test_documents_are_found_by_their_words_and_by_number(visit, made):
    app = visit("explain", **HERE, topics=made.draft.key)
    assert not app.exception
    find = next(t for t in app.text_input if t.label == "Find a document")
    find.input("market oil").run()
    picked = next(s for s in app.selectbox if s.label == "Document")
    assert all("market" in option and "oil" in option for option in picked.options)
    next(t for t in app.text_input if t.label == "Find a document").input("17").run()
    picked = next(s for s in app.selectbox if s.label == "Document")
    assert picked.options[0].endswith("· 17")
    next(t for t in app.text_input if t.label == "Find a document").input("<b>zzz</b>").run()
    assert not app.exception
    assert "No document holds <b>zzz</b>." in said(app)


def test_an_address_that_names_no_document_shows_another(visit, made):
    for wrong in ("500", "x", "-1"):
        app = visit("explain", **HERE, topics=made.draft.key, document=wrong)
        assert not app.exception
        assert "document of this address is not one of these" in said(app)
        assert "It is in" in said(app)


def test_an_edited_topic_has_its_new_name(visit, made):
    topics = changed(made.store, made.draft, [])
    now = load_topics(topics)
    pending.add(made.store, topics, [Rename(topic=int(now.assigned[4]), name="*New* name")])
    app = visit("explain", **HERE, topics=topics.key, document="4")
    assert not app.exception
    assert "It is in ***New* name**" in said(app)


def test_what_is_gone_or_changed_is_a_sentence(visit, made):
    app = visit("explain", **HERE, topics=changed(made.store, made.draft, ["dataset"]).key)
    assert "dataset of these topics is not here any more" in said(app)
    app = visit("explain", **HERE, topics=changed(made.store, made.draft, ["vectors"]).key)
    assert "made from is gone (their vectors)" in said(app)
    spoilt = changed(made.store, made.whole, [], fingerprint="0" * 64)
    app = visit("explain", **HERE, topics=spoilt.key, document="0")
    assert "has changed since the documents were read" in said(app)
    assert not app.exception


def test_a_whole_topic_is_weighed_by_a_job_and_then_shown(visit, made, submitted):
    number = int(load_topics(made.draft).ids[1])
    where = {**HERE, "topics": made.draft.key, "topic": str(number)}
    app = visit("explain", **where)
    assert not app.exception
    next(b for b in app.button if b.label.startswith("Weigh this topic's words")).click().run()
    ((spec, _),) = submitted
    assert spec == ExplainTopicsSpec(topics=made.draft.key, topic=number)
    run(spec, store=made.store)
    app = visit("explain", **where)
    assert not app.exception
    metrics = {metric.label: metric.value for metric in app.metric}
    assert metrics["Documents read"].startswith("12 of ")
    assert metrics["In both first 10"].endswith("%")
    assert len(app.get("plotly_chart")) == 1
    (table,) = [t.value for t in app.dataframe if "Adds" in t.value]
    assert table["Adds"].tolist() == sorted(table["Adds"], reverse=True)
    assert "The 12 documents that were read" in [one.label for one in app.expander]
    rows = len(table)
    key = f"explain-driving-{number}-All other documents-{rows}"
    app.session_state[key] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    app.run()
    assert not app.exception
    assert any(one.label.endswith(f"hold {table['Word'][0]}") for one in app.expander)


def test_a_run_that_read_more_documents_is_shown_too(visit, made):
    run(ExplainTopicsSpec(topics=made.whole.key, documents=3, against="next"), store=made.store)
    number = int(load_topics(made.whole).ids[2])
    app = visit("explain", **HERE, topics=made.whole.key, topic=str(number))
    assert any(b.label.startswith("Weigh this topic's words") for b in app.button)
    next(s for s in app.selectbox if s.label == "Compared with").select("next").run()
    assert not app.exception
    assert {m.label: m.value for m in app.metric}["Documents read"].startswith("3 of ")
    assert any("--documents=3" in one.value for one in app.code)


def test_documents_that_hold_a_word_are_those_that_do(made):
    from pages._ui.explain.topic.driving_view import _holding
    from pages._ui.topics.document.document_card import read
    from pages._ui.topics.opened import opened

    now = opened(made.draft)
    places = tuple(range(30))
    held = _holding(now, places, "film")
    texts = read(str(now.rows), str(now.source), places)
    assert 0 < len(held) < 30
    assert held == tuple(n for n in places if "film" in texts[n].text.split())
    assert _holding(now, places, "fil") == ()


def with_selection(visit, made, places):
    app = visit("explain", **HERE, topics=made.draft.key)
    ways = next(g for g in app.get("button_group") if "A document" in str(g.proto))
    assert "A selection" not in str(ways.proto)
    app.session_state["explain-selection"] = (f"{made.draft.key}-0", places)
    app.query_params["chosen"] = "yes"
    return app.run()


def test_chosen_documents_come_from_the_map(visit, made, submitted):
    app = with_selection(visit, made, [0, 3, 6, 9])
    assert not app.exception
    assert "**4 documents** chosen on the map" in said(app)
    next(b for b in app.button if b.label.startswith("Weigh their words")).click().run()
    ((spec, _),) = submitted
    assert spec == ExplainTopicsSpec(topics=made.draft.key, places=[0, 3, 6, 9])


def test_what_sets_chosen_documents_apart_is_shown(visit, made):
    run(ExplainTopicsSpec(topics=made.draft.key, places=[1, 4, 7]), store=made.store)
    app = with_selection(visit, made, [1, 4, 7])
    assert not app.exception
    assert {m.label: m.value for m in app.metric}["Documents read"] == "3 of 3"


def test_the_topics_page_leads_here(visit, made):
    app = visit("topics", topics=made.draft.key, document="4")
    assert not app.exception
    (link,) = [
        one for one in app.get("page_link") if one.proto.label == "Why this topic? Word by word"
    ]
    asked = json.dumps(str(link.proto))
    assert "view=topics" in asked
    assert "document=4" in asked
    app = visit("explain", topics=made.draft.key, document="4")
    assert "It is in" in said(app)


def test_another_method_is_a_choice_and_the_command_says_so(visit, made):
    app = visit("explain", **HERE, topics=made.draft.key, document="4")
    line = next(one.value for one in app.code if "--document=4" in one.value)
    assert "--method" not in line
    assert "--baseline" not in line
    method = next(r for r in app.radio if r.label == "Method")
    assert method.options[0] == "Exact shares"
    assert "Integrated Gradients" not in method.options
    method.set_value("occlusion").run()
    assert not app.exception
    assert "these scores need not add up" in said(app)
    line = next(one.value for one in app.code if "--document=4" in one.value)
    assert "--method=occlusion" in line
    assert f"explain {made.draft.key}" in line


def test_an_explanation_can_be_taken_away(visit, made):
    app = visit("explain", **HERE, topics=made.draft.key, document="4")
    labels = [one.proto.label for one in app.get("download_button")]
    assert labels == ["Picture (.png)", "Page (.html)", "Words (.csv)", "Everything (.json)"]


def test_what_is_taken_away_says_the_same(made):
    from pages._ui.explain.text.explained import Explained
    from pages._ui.explain.topic import keep_view, loaded
    from pages._ui.topics.opened import opened

    now = opened(made.draft)
    subject = loaded.subject_of(now.key, now)
    asked = loaded.Asked(now, 4, subject.names[1], subject.names[0], "exact shares", "pad")
    found = loaded.attribution_of(asked.key, asked, Target(1, 0))
    trust = loaded.trust_of(asked.key, asked, found)
    explained = Explained(found.reading.text, found.reading, found.target, found, trust)
    record = json.loads(keep_view._record(subject, asked, explained))
    assert (record["document"], record["explained"], record["against"]) == (
        4,
        asked.of,
        asked.against,
    )
    assert sum(one["score"] for one in record["words"]) == pytest.approx(record["value"], abs=1e-4)
    assert "--document=4" in record["command"]
    page = keep_view._page(subject, asked, explained).decode()
    assert page.count("<mark") == found.reading.n_words
    assert "Exact shares" in page
    assert keep_view._picture(subject, explained, False).startswith(b"\x89PNG")
    assert keep_view._words(explained).count(b"\n") == found.reading.n_words + 1


def test_standard_attention_says_the_same(visit, made):
    app = visit("explain", **HERE, topics=made.whole.key, document="2")
    next(t for t in app.toggle if "standard attention" in t.label).set_value(True).run()
    assert not app.exception
    assert not app.error
    (both,) = [t.value for t in app.dataframe if "Kernel" in t.value]
    assert both["Kernel"].tolist()[1] == "eager"
    assert both["Answer"][0] == pytest.approx(both["Answer"][1], abs=1e-4)
    app = visit("explain", **HERE, topics=made.draft.key, document="2")
    assert "no attention, and no kernel" in said(app)
