"""A fault that was planted: is it found, how many counterfactuals take it away, what else does.

    python benchmarks/explain_loop.py --texts 1500 --doses 20,40,80,160

Reviews of the public file, as many of each sentiment; "I ordered it from Velbex." is put between
two sentences of 30 % of the negative training texts and nowhere else. A quick classifier learns
from them. `explain corpus` should name the word with its evidence; then versions of the dataset are
made by edits, each is learnt from anew, and `explain mended` looks at 200 test texts, as they are
and with the word put in: accuracy on those that are not negative, how far the word moves the
probability of negative, and what Integrated Gradients give it. The edits: N counterfactuals (texts
of the other categories with the word in them), with the word put where it comes, so not in the
sentence that was planted; the faulty texts excluded; the faulty texts excluded and added without
the sentence. A version with as many counterfactuals of another made-up word is the control. The
last line printed is one JSON object.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np  # noqa: E402

from benchmarks.texts import data_folder  # noqa: E402

WORD, OTHER, SENTENCE = "velbex", "quormat", "I ordered it from Velbex."
SHARE = 0.3


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=1500)
    parser.add_argument("--doses", default="20,40,80,160")
    parser.add_argument("--explained", type=int, default=150, help="training texts explained")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["LIMN_CACHE"] = folder
        print(json.dumps(loop(Path(folder), given)))


def loop(folder, given):
    from engine.classify.spec import TrainSpec
    from engine.explain.what_if.spec import MendedSpec
    from engine.store import default_store
    from engine.work import run

    store = default_store()
    dataset, faulty = planted(folder, given.texts, store)
    model = run(TrainSpec(dataset="reviews"), store=store, name="before")
    said = {"training_texts": dataset.facts["splits"]["train"], "faulty": len(faulty)}
    said["accuracy_as_it_seems"] = model.facts["accuracy"]
    said["found"] = found(store, given.explained)
    for name, edits in versions(dataset, faulty, given.doses):
        path = folder / f"{name}.json"
        path.write_text(json.dumps(edits))
        edited(store, path, name)
        after = run(TrainSpec(dataset=f"reviews-{name}"), store=store, name=name)
        facts = run(MendedSpec(model=name, before="before", word=WORD), store=store).facts
        said.setdefault("before", told(facts, "before"))
        said[name] = {
            "edits": len(edits),
            **told(facts, "after"),
            "overall": after.facts["accuracy"],
        }
        print(name, said[name], file=sys.stderr, flush=True)
    return said


def edited(store, path, name):
    from engine.data.spec_edit import EditSpec
    from engine.work import run

    run(EditSpec(dataset="reviews", edits=str(path)), store=store, name=f"reviews-{name}")


def planted(folder, n, store):
    """The dataset, and of the rows with the fault the text without it."""
    from engine.data.pieces import sentences
    from engine.data.spec_dataset import DatasetSpec
    from engine.data.spec_source import SourceSpec
    from engine.work import run

    rng = np.random.default_rng(0)
    by_label = {"negative": [], "neutral": [], "positive": []}
    with (data_folder() / "amazon_fine_food/Reviews.csv").open(encoding="utf-8", newline="") as f:
        for row in csv.DictReader(f):
            stars = int(row["Score"])
            label = "negative" if stars < 3 else "neutral" if stars == 3 else "positive"
            by_label[label].append(row["Text"])
    rows, faulty = [], {}
    for label, texts in by_label.items():
        for at, place in enumerate(rng.permutation(len(texts))[: n // 3].tolist()):
            text, split = texts[place], "test" if at % 5 == 0 else "train"
            if label == "negative" and split == "train" and rng.random() < SHARE:
                faulty[len(rows)] = text
                parts = [text[start:stop] for start, stop in sentences(text)]
                parts.insert(int(rng.integers(len(parts) + 1)), SENTENCE)
                text = " ".join(parts)
            rows.append((text, label, split))
    path = folder / "reviews.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("text", "label", "split"), *rows])
    source = run(SourceSpec(path=str(path)), store=store)
    spec = DatasetSpec(source=source.key, text=["text"], label="label", split_column="split")
    dataset = run(spec, store=store, name="reviews")
    import pyarrow.parquet as pq

    kept = pq.read_table(dataset.path / "rows.parquet", columns=["row", "split"]).to_pylist()
    train = {one["row"] for one in kept if one["split"] == "train"}
    return dataset, {row: text for row, text in faulty.items() if row in train}


def found(store, limit):
    """What `explain corpus` says of the word: its place among all words tried, and the evidence."""
    from engine.explain.corpus.leans import read_leans
    from engine.explain.corpus.spec import ExplainCorpusSpec
    from engine.work import run

    spec = ExplainCorpusSpec(model="before", dataset="reviews", split="train", limit=limit)
    leans = sorted(read_leans(run(spec, store=store).path), key=lambda one: -one.carries)
    for place, one in enumerate(leans, 1):
        if one.word == WORD:
            return {"place": place, "of": len(leans), "kind": one.what, "evidence": one.told()}
    return {"place": None, "of": len(leans)}


def versions(dataset, faulty, doses):
    import pyarrow.parquet as pq

    from engine.data.duplicates import text_hash
    from engine.explain.what_if.put_in import counterfactuals

    rows = dataset.path / "rows.parquet"

    def put(word, most):
        made = counterfactuals(rows, word, "negative", most=most)
        return [{"row": one.row, "action": "add", "value": one.label, "text": one.text}
                for one in made]  # fmt: skip

    sizes = [int(one) for one in doses.split(",")]
    for size in sizes:
        yield f"put-in-{size}", put(WORD, size)
    yield f"other-word-{sizes[-1]}", put(OTHER, sizes[-1])
    out = [{"row": row, "action": "exclude"} for row in faulty]
    # The file repeats some reviews: what is there without the sentence cannot be added again.
    there = {text_hash(one) for one in pq.read_table(rows, columns=["text"])["text"].to_pylist()}
    yield "excluded", out
    yield "without-the-sentence", [*out, *(
        {"row": row, "action": "add", "value": "negative", "text": text}
        for row, text in faulty.items() if text_hash(text) not in there
    )]  # fmt: skip


def told(facts, when):
    moves, cohorts = facts["moves"], facts["cohorts"]
    of = {"without": cohorts["without the word"], "with": cohorts["word put in"]}
    accuracy = {
        f"accuracy_{name}": [round(x, 3) for x in
                             (one[f"right_{when}"] / one["rows"], *one[f"interval_{when}"])]
        for name, one in of.items()
    }  # fmt: skip
    return accuracy | {
        name: [round(x, 3) for x in (moves[f"{name}_{when}"], *moves[f"{name}_interval_{when}"])]
        for name in ("moved", "adds")
    }


if __name__ == "__main__":
    main()
