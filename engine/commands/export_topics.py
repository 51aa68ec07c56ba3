"""Topics in; one web page of the map, a figure, tables, or a folder for BERTopic out."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import InputError
from engine.figures.datamap import KINDS
from engine.store import Artifact, Store
from engine.topics.take_away.spec import TopicsExportSpec

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from engine.figures.map_colours import Colours
    from engine.topics.topics import Topics
    from engine.work import Work

PAGE = (".html", ".htm")
TABLES = (".csv", ".xlsx", ".parquet")


@dataclass(frozen=True, eq=False)
class Taken:
    """Topics as they stand, and what they were made from."""

    store: Store
    artifact: Artifact
    topics: Topics

    def part(self, kind: str) -> Artifact:
        """The dataset, the words or the vectors.

        Raises:
            InputError: they are gone.
        """
        for one in (*self.store.inputs(self.artifact), *self.store.lineage(self.artifact)):
            if one.kind == kind:
                return one
        raise InputError(
            f"The {kind} of {self.artifact.title} are gone from the cache; find them again."
        )

    @property
    def rows(self) -> Path:
        """rows.parquet of the dataset."""
        return self.part("dataset").path / "rows.parquet"

    @property
    def source(self) -> Path | None:
        """rows.parquet of the file the dataset came from, if it is here."""
        files = (a for a in self.store.lineage(self.part("dataset")) if a.kind == "source")
        path = next((a.path / "rows.parquet" for a in files), None)
        return path if path and path.is_file() else None


def build(spec: TopicsExportSpec, work: Work) -> dict[str, Any]:
    """Make the file: the stage topics export.

    Returns:
        file (its name within the artifact), bytes, documents and n_topics.

    Raises:
        InputError: these topics have no map, no words or no topic; or more rows than Excel holds.
    """
    from engine.topics.standing import topics_after

    artifact = work.inputs["topics"]
    edits = work.files.get("edits")
    topics = topics_after(work.store, artifact, edits, note=work.progress.note)
    work.progress.stage(f"Writing {spec.file}")
    path = work.out / spec.file
    taken = Taken(work.store, artifact, topics)
    if spec.file == "bertopic.zip":
        from engine.classify.export.pack import pack

        with work.store.temporary() as folder:
            bertopic(taken, folder)
            pack(folder, path, inside=f"{artifact.title}-bertopic")
    else:
        write(taken, path, tables=spec.file.startswith("topics."), dark=spec.dark)
    return {
        "file": spec.file,
        "bytes": path.stat().st_size,
        "documents": len(topics.assigned),
        "n_topics": len(topics.found),
    }


def export_topics(
    store: Store, artifact: Artifact, target: Path, *, dark: bool = False
) -> dict[str, Any]:
    """Write topics, with the edits that wait beside them, to `target`, by its ending.

    .html is a page, .png, .svg and .pdf a figure, .csv, .xlsx and .parquet all documents, .json the
    topics; none is a folder for BERTopic.

    Raises:
        InputError: another ending, or these topics have no map or no words.
    """
    from engine.topics.standing import topics_now

    ending = target.suffix.lower()
    if ending and ending not in (*PAGE, *KINDS, *TABLES, ".json"):
        raise InputError(
            "Topics are written as .html (a page to explore), .png, .svg or .pdf (a figure), .csv, "
            ".xlsx or .parquet (all documents), .json (the topics), or a folder for BERTopic (a "
            f"name without an ending), not {ending}."
        )
    topics, edits = topics_now(store, artifact)
    taken = Taken(store, artifact, topics)
    half = target.with_name(f".{target.stem}.part{ending}")
    try:
        if ending:
            write(taken, half, tables=ending == ".json", dark=dark)
        else:
            half.mkdir()
            bertopic(taken, half)
        os.replace(half, target)
    finally:
        shutil.rmtree(half, ignore_errors=True)
        half.unlink(missing_ok=True)
    return {"topics": artifact.key, "edits": edits, "output": str(target)}


def write(taken: Taken, path: Path, *, tables: bool, dark: bool = False) -> None:
    """Write a file by its ending; `tables` of the topics, else of the documents."""
    ending = path.suffix.lower()
    if ending in PAGE:
        page(taken, path)
    elif ending in KINDS:
        figure(taken, path, dark=dark)
    elif tables:
        from engine.topics.documents import titles
        from engine.topics.take_away.tables import topics_csv, topics_json

        said = titles(taken.rows).to_pylist()
        (topics_csv if ending == ".csv" else topics_json)(taken.topics, said, path)
    else:
        _documents(taken, path)


def page(taken: Taken, path: Path) -> None:
    """The map as a page of its own, coloured by topic and, where there are labels, by those."""
    from engine.figures.map_colours import by_topic
    from engine.topics.documents import link_of, titles
    from engine.topics.geometry import anchors, flat
    from engine.topics.take_away.map_page import Labelled, map_page

    topics = taken.topics
    points = map_points(taken.store, taken.artifact)
    ids = [topic.id for topic in topics.found]
    places = anchors(flat(points).points, topics.assigned, ids)
    ways: list[Colours] = [by_topic(topics.assigned, ids, [t.name for t in topics.found], places)]
    labels = _labels(taken.rows)
    if labels is not None:
        ways.append(labels)
    said = Labelled(titles(taken.rows).to_pylist(), _links(taken, link_of))
    html = map_page(points, topics, said, ways, title=taken.part("dataset").title)
    path.write_text(html, encoding="utf-8")


def figure(taken: Taken, path: Path, *, dark: bool = False) -> None:
    """The map as a figure to publish."""
    from engine.figures.datamap import datamap, write_datamap

    topics = taken.topics
    said = f"{len(topics.assigned):,} documents, {len(topics.found):,} topics"
    names = {topic.id: topic.name for topic in topics.found}
    drawn = datamap(
        map_points(taken.store, taken.artifact),
        topics.assigned,
        names,
        title=taken.part("dataset").title,
        subtitle=said,
        dark=dark,
    )
    write_datamap(path, drawn)


def bertopic(taken: Taken, folder: Path) -> None:
    """The topics as a folder that BERTopic.load reads."""
    import numpy as np

    from engine.topics.take_away.bertopic_folder import write_bertopic
    from engine.topics.words.counts import load_words

    write_bertopic(
        folder,
        taken.topics,
        load_words(taken.part("words")),
        vectors=np.load(taken.part("vectors").path / "vectors.npy", mmap_mode="r"),
        encoder=str(taken.artifact.facts.get("encoder", "")),
        title=taken.artifact.title,
    )


def _documents(taken: Taken, path: Path) -> None:
    """All documents with their topic, in a format that the ending names."""
    from engine.data.files.write import write_file
    from engine.topics.take_away.tables import documents_parquet

    with taken.store.temporary() as folder:
        whole = folder / "documents.parquet"
        documents_parquet(
            taken.topics,
            whole,
            rows=taken.rows,
            source=taken.source,
            nested=path.suffix.lower() == ".parquet",
        )
        write_file(whole, path, store=taken.store)


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


def _labels(rows: Path) -> Colours | None:
    from engine.figures.map_colours import by_category
    from engine.topics.columns import column

    held = column(rows, "label").values.tolist()
    return by_category(held, title="Label") if any(one is not None for one in held) else None


def _links(taken: Taken, link_of: Any) -> list[str]:
    """The page elsewhere of every document; nothing where its file says none."""
    import pyarrow.parquet as pq

    from engine.topics.documents import source_places

    if taken.source is None:
        return []
    known = ("arxiv_id", "arxiv", "id", "doi", "url", "link", "href", "permalink")
    names = [name for name in pq.read_schema(taken.source).names if name.casefold() in known]
    if not names:
        return []
    held = pq.read_table(taken.source, columns=names).take(source_places(taken.rows))
    return [link_of(row) for row in held.to_pylist()]
