"""Topics and a target in; a page to explore, a figure to publish or a folder for BERTopic out."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import InputError
from engine.figures.datamap import KINDS
from engine.store import Artifact, Store

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from engine.figures.map_colours import Colours

PAGE = (".html", ".htm")


def export_topics(
    store: Store, artifact: Artifact, target: Path, *, dark: bool = False
) -> dict[str, Any]:
    """Write topics to `target`, by its ending: .html, .png, .svg, .pdf, or none for a folder.

    Raises:
        InputError: another ending, or these topics have no map or no words.
    """
    ending = target.suffix.lower()
    if ending and ending not in (*PAGE, *KINDS):
        raise InputError(
            f"Topics are written as .html (a page to explore), .png, .svg or .pdf (a figure), or a "
            f"folder for BERTopic (a name without an ending), not {ending}."
        )
    half = target.with_name(f".{target.stem}.part{ending}")
    try:
        if ending in PAGE:
            page(store, artifact, half)
        elif ending:
            figure(store, artifact, half, dark=dark)
        else:
            half.mkdir()
            bertopic(store, artifact, half)
        os.replace(half, target)
    finally:
        shutil.rmtree(half, ignore_errors=True)
        half.unlink(missing_ok=True)
    return {"topics": artifact.key, "output": str(target)}


def page(store: Store, artifact: Artifact, path: Path) -> None:
    """The map as a page of its own, coloured by topic and, where there are labels, by those."""
    from engine.figures.map_colours import by_topic
    from engine.topics.documents import link_of, titles
    from engine.topics.geometry import anchors, flat
    from engine.topics.take_away.map_page import Labelled, map_page
    from engine.topics.topics import load_topics

    topics = load_topics(artifact)
    points = map_points(store, artifact)
    dataset = _input(store, artifact, "dataset")
    rows = dataset.path / "rows.parquet"
    ids = [topic.id for topic in topics.found]
    places = anchors(flat(points).points, topics.assigned, ids)
    ways: list[Colours] = [by_topic(topics.assigned, ids, [t.name for t in topics.found], places)]
    labels = _labels(rows)
    if labels is not None:
        ways.append(labels)
    said = Labelled(titles(rows).to_pylist(), _links(store, dataset, link_of))
    html = map_page(points, topics, said, ways, title=dataset.title)
    path.write_text(html, encoding="utf-8")


def figure(store: Store, artifact: Artifact, path: Path, *, dark: bool = False) -> None:
    """The map as a figure to publish."""
    from engine.figures.datamap import datamap, write_datamap
    from engine.topics.topics import load_topics

    topics = load_topics(artifact)
    title = _input(store, artifact, "dataset").title
    said = f"{len(topics.assigned):,} documents, {len(topics.found):,} topics"
    names = {topic.id: topic.name for topic in topics.found}
    points = map_points(store, artifact)
    write_datamap(
        path, datamap(points, topics.assigned, names, title=title, subtitle=said, dark=dark)
    )


def bertopic(store: Store, artifact: Artifact, folder: Path) -> None:
    """The topics as a folder that BERTopic.load reads."""
    import numpy as np

    from engine.topics.take_away.bertopic_folder import write_bertopic
    from engine.topics.topics import load_topics
    from engine.topics.words.counts import load_words

    vectors = _input(store, artifact, "vectors")
    write_bertopic(
        folder,
        load_topics(artifact),
        load_words(_input(store, artifact, "words")),
        vectors=np.load(vectors.path / "vectors.npy", mmap_mode="r"),
        encoder=str(artifact.facts.get("encoder", "")),
        title=artifact.title,
    )


def map_points(store: Store, artifact: Artifact) -> NDArray[np.float32]:
    """(n, 2) the map of these topics.

    Raises:
        InputError: they were made without one.
    """
    import numpy as np

    for one in reversed(store.lineage(artifact)):
        if one.kind == "projection" and one.facts.get("dims") == 2:
            found: NDArray[np.float32] = np.load(one.path / "points.npy", mmap_mode="r")
            return found
    raise InputError(
        f"{artifact.title} has no map; find the topics again with --map umap to export one."
    )


def _input(store: Store, artifact: Artifact, kind: str) -> Artifact:
    for one in (*store.inputs(artifact), *store.lineage(artifact)):
        if one.kind == kind:
            return one
    raise InputError(f"The {kind} of {artifact.title} are gone from the cache; find them again.")


def _labels(rows: Path) -> Colours | None:
    from engine.figures.map_colours import by_category
    from engine.topics.columns import column

    held = column(rows, "label").values.tolist()
    return by_category(held, title="Label") if any(one is not None for one in held) else None


def _links(store: Store, dataset: Artifact, link_of: Any) -> list[str]:
    """The page elsewhere of every document; nothing where its file says none."""
    import pyarrow.parquet as pq

    from engine.topics.documents import source_places

    source = next((one for one in store.lineage(dataset) if one.kind == "source"), None)
    path = source.path / "rows.parquet" if source else None
    if path is None or not path.is_file():
        return []
    known = ("arxiv_id", "arxiv", "id", "doi", "url", "link", "href", "permalink")
    names = [name for name in pq.read_schema(path).names if name.casefold() in known]
    if not names:
        return []
    held = pq.read_table(path, columns=names).take(source_places(dataset.path / "rows.parquet"))
    return [link_of(row) for row in held.to_pylist()]
