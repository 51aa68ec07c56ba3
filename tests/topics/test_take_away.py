"""What leaves Limn works without it: BERTopic loads the folder, the page holds everything."""

from __future__ import annotations

import base64
import gzip
import json
import re

import numpy as np
import pytest

from engine.errors import InputError
from engine.topics.take_away.bertopic_folder import write_bertopic
from engine.topics.take_away.map_page import Labelled, map_page
from engine.topics.topics import Topic, Topics, load_topics
from engine.topics.words.counts import Words
from engine.topics.words.weights import ctfidf

TEXTS = 30


@pytest.fixture
def topics():
    """Ids with gaps, as edits leave them; two documents in none."""
    assigned = np.array([7, 2, 9] * (TEXTS // 3), dtype=np.int32)
    assigned[[4, 11]] = -1
    words = {
        7: (("robot", 0.9), ("arm", 0.5)),
        2: (("star", 0.8), ("orbit", 0.4)),
        9: (("bread", 0.7),),
    }
    sizes = {i: int((assigned == i).sum()) for i in words}
    order = sorted(sizes, key=lambda i: (-sizes[i], i))
    found = tuple(Topic(i, sizes[i], words[i], f"The {words[i][0][0]}") for i in order)
    return Topics(assigned, np.ones(TEXTS, dtype=np.float32), found, np.eye(3, 8, dtype=np.float32))


@pytest.fixture
def words():
    from scipy.sparse import csr_matrix

    vocabulary = ["robot", "arm", "star", "orbit", "bread", "dough", "robot arm"]
    counts = np.random.default_rng(0).integers(0, 3, size=(TEXTS, len(vocabulary)))
    return Words(csr_matrix(counts), vocabulary)


@pytest.fixture
def vectors():
    rows = np.random.default_rng(1).normal(size=(TEXTS, 8)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


class Colours:
    def __init__(self, groups, entries):
        self.groups = np.asarray(groups, dtype=np.uint16)
        self.colours = (((1, 2, 3), (4, 5, 6)),) * 11
        self.title = "Topics"
        self.entries = entries


def test_bertopic_loads_the_folder(tmp_path, topics, words, vectors):
    from bertopic import BERTopic

    write_bertopic(tmp_path, topics, words, vectors=vectors, encoder="draft", title="Papers")
    model = BERTopic.load(str(tmp_path))
    number = {topic.id: place for place, topic in enumerate(topics.found)}
    assert model.topics_ == [number.get(int(i), -1) for i in topics.assigned]
    info = model.get_topic_info()
    assert info["Topic"].tolist() == [-1, 0, 1, 2]
    assert info["Count"].tolist() == [2, *(topic.size for topic in topics.found)]
    assert info["CustomName"].tolist() == ["In no topic", *(t.name for t in topics.found)]
    for topic in topics.found:
        told = model.get_topic(number[topic.id])
        assert [word for word, _ in told] == [word for word, _ in topic.words]
    np.testing.assert_array_equal(model.topic_embeddings_[1:], topics.centroids)
    ids = json.loads((tmp_path / "limn_ids.json").read_text())
    assert {int(place): one for place, one in ids.items()} == {p: i for i, p in number.items()}


def test_bertopic_assigns_new_documents_by_the_centres(tmp_path, topics, words, vectors):
    from bertopic import BERTopic

    write_bertopic(tmp_path, topics, words, vectors=vectors, encoder="draft", title="Papers")
    model = BERTopic.load(str(tmp_path))
    found, sure = model.transform(["a", "b", "c"], embeddings=np.eye(3, 8, dtype=np.float32))
    assert list(found) == [0, 1, 2]
    assert np.allclose(sure, 1)


def test_bertopic_has_the_same_weights_and_can_merge(tmp_path, topics, words, vectors):
    from bertopic import BERTopic

    write_bertopic(tmp_path, topics, words, vectors=vectors, encoder="draft", title="Papers")
    model = BERTopic.load(str(tmp_path))
    asked = [-1, *(topic.id for topic in topics.found)]
    counts = np.stack([words.counts.toarray()[topics.assigned == i].sum(axis=0) for i in asked])
    np.testing.assert_allclose(
        model.c_tf_idf_.toarray(), ctfidf(counts.astype(np.float32)), rtol=1e-6
    )
    texts = [
        " ".join(words.vocabulary[n] for n in row.nonzero()[1]) or "none" for row in words.counts
    ]
    model.merge_topics(texts, [1, 2])
    assert set(model.topics_) == {-1, 0, 1}


def test_bertopic_without_documents_in_no_topic(tmp_path, topics, words, vectors):
    from bertopic import BERTopic

    whole = Topics(
        np.where(topics.assigned < 0, 7, topics.assigned).astype(np.int32),
        topics.strength,
        topics.found,
        topics.centroids,
    )
    write_bertopic(tmp_path, whole, words, vectors=vectors, encoder="minilm", title="Papers")
    config = json.loads((tmp_path / "config.json").read_text())
    assert config.pop("embedding_model") == "sentence-transformers/all-MiniLM-L6-v2"
    (tmp_path / "config.json").write_text(json.dumps(config))
    model = BERTopic.load(str(tmp_path))
    assert model.get_topic_info()["Topic"].tolist() == [0, 1, 2]
    np.testing.assert_array_equal(model.topic_embeddings_, topics.centroids)


def test_nothing_to_export_is_said(tmp_path, words, vectors):
    none = Topics(
        np.full(TEXTS, -1, dtype=np.int32), np.zeros(TEXTS), (), np.zeros((0, 8), np.float32)
    )
    with pytest.raises(InputError, match="no topic"):
        write_bertopic(tmp_path, none, words, vectors=vectors, encoder="minilm", title="Papers")


def _data(page, name):
    held = re.search(rf'id="data-{name}">([^<]*)<', page)[1]
    return gzip.decompress(base64.b64decode(held))


def test_the_page_holds_everything_and_asks_for_nothing(topics):
    titles = [f"Title {n} </script><script>alert(1)</script>\nnext" for n in range(TEXTS)]
    links = ["https://arxiv.org/abs/2103.01234", "javascript:alert(1)", ""] * (TEXTS // 3)
    points = np.random.default_rng(0).normal(size=(TEXTS, 2))
    groups = topics.assigned + 1
    title = "<img src=x> & papers <!--data-->"
    page = map_page(
        points, topics, Labelled(titles, links), [Colours(groups, ((0, "a", 9),))], title=title
    )
    assert not re.search(r'(src|href)\s*=\s*["\']', page.split("data-head")[0])
    assert "<img" not in page
    assert "alert(1)" not in page
    assert page.count("<script") == 7
    kept = _data(page, "titles").decode().split("\n")
    assert kept == [" ".join(one.split()) for one in titles]
    assert _data(page, "links").decode().split("\n") == [links[0], "", ""] * (TEXTS // 3)
    place = np.frombuffer(_data(page, "assigned"), dtype="<i4")
    head = json.loads(_data(page, "head"))
    assert head["n"] == TEXTS
    assert head["title"] == title
    assert head["none"] == 2
    for n, at in enumerate(place):
        expected = topics.assigned[n]
        assert (at == -1) == (expected == -1)
        if at >= 0:
            assert head["topics"][at]["group"] == groups[n]
            assert head["topics"][at]["name"] == topics.topic(int(expected)).name
    assert len(_data(page, "points")) == TEXTS * 4
    np.testing.assert_array_equal(np.frombuffer(_data(page, "groups"), dtype="<u2"), groups)


def test_a_missing_title_is_said(topics):
    points = np.zeros((TEXTS, 2))
    with pytest.raises(InputError, match="a title"):
        map_page(points, topics, Labelled(["one"]), [Colours([0] * TEXTS, ())], title="")
    with pytest.raises(InputError, match="one way"):
        map_page(points, topics, Labelled(["one"] * TEXTS), [], title="")


@pytest.fixture
def made(tmp_path):
    """A store, and topics in it of which two were merged afterwards."""
    from engine.store import Store
    from engine.topics.edit import pending
    from engine.topics.edit.edits import Merge, Rename
    from tests.topics.made import make_topics

    store = Store(tmp_path / "cache")
    artifact = make_topics(store, tmp_path, each=30, topics=3)
    ids = [topic.id for topic in load_topics(artifact).found]
    edits = [Merge(into=(ids[0], ids[1])), Rename(topic=ids[0], name="Both of them")]
    pending.add(store, artifact, edits)
    return store, artifact, ids


@pytest.mark.parametrize("ending", ["csv", "xlsx", "parquet"])
def test_every_document_is_in_the_table_with_its_topic_as_edited(made, ending):
    import pandas as pd

    from engine.topics.edit.pending import frozen
    from engine.topics.take_away.spec import TopicsExportSpec
    from engine.work import run

    store, artifact, ids = made
    file = f"documents.{ending}"
    edits = str(frozen(store, artifact))
    got = run(TopicsExportSpec(topics=artifact.key, file=file, edits=edits), store=store)
    read = {"csv": pd.read_csv, "xlsx": pd.read_excel, "parquet": pd.read_parquet}[ending]
    table = read(got.path / file)
    before = load_topics(artifact).assigned
    assert len(table) == len(before) == got.facts["documents"]
    merged = np.where(before == ids[1], ids[0], before)
    assert table["topic"].tolist() == merged.tolist()
    assert set(table["topic_name"][merged == ids[0]]) == {"Both of them"}
    plain = run(TopicsExportSpec(topics=artifact.key, file=file), store=store)
    assert read(plain.path / file)["topic"].tolist() == before.tolist()


def test_the_command_takes_the_edits_that_wait(made, tmp_path):
    from engine.commands.export_topics import export_topics

    store, artifact, ids = made
    told = export_topics(store, artifact, tmp_path / "topics.json")
    assert told["edits"] == 2
    topics = json.loads((tmp_path / "topics.json").read_text(encoding="utf-8"))
    assert [one["topic"] for one in topics] == [ids[0], ids[2]]
    assert topics[0]["name"] == "Both of them"
    assert sum(one["documents"] for one in topics) <= 90
    assert all(title for one in topics for title in one["typical"])
    with pytest.raises(InputError, match="not .docx"):
        export_topics(store, artifact, tmp_path / "topics.docx")
    assert not list(tmp_path.glob(".topics*"))


def test_what_is_zipped_opens_in_bertopic_with_the_edited_topics(made, tmp_path):
    from zipfile import ZipFile

    from bertopic import BERTopic

    from engine.topics.edit.pending import frozen
    from engine.topics.take_away.spec import TopicsExportSpec
    from engine.work import run

    store, artifact, _ = made
    edits = str(frozen(store, artifact))
    spec = TopicsExportSpec(topics=artifact.key, file="bertopic.zip", edits=edits)
    with ZipFile(run(spec, store=store).path / "bertopic.zip") as archive:
        archive.extractall(tmp_path / "out")
    (folder,) = (tmp_path / "out").iterdir()
    model = BERTopic.load(str(folder))
    info = model.get_topic_info()
    assert "Both of them" in info["CustomName"].tolist()
    assert (info["Topic"] >= 0).sum() == 2
