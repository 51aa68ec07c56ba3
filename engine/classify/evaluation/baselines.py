"""A labelled dataset in, the scores of the simplest classifiers out: the baseline stage."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.classify.evaluation.spec import BaselineSpec
from engine.classify.examples import Examples, read_examples, read_labelled
from engine.classify.head import Floats
from engine.classify.predictions import write_predictions
from engine.classify.scores import log_loss, score
from engine.errors import InputError
from engine.progress import Progress
from engine.store.files import write_json
from engine.work import Work

STRENGTHS = (1.0, 4.0, 16.0, 64.0)
_USUAL = 4.0
_HEADLINE = ("accuracy", "accuracy_interval", "macro_f1", "macro_f1_interval", "majority", "rows")
_MOST_WORDS = 100_000


def build(spec: BaselineSpec, work: Work) -> dict[str, Any]:
    """Score the majority label and TF-IDF with a linear model on rows they did not learn from.

    TF-IDF: words and pairs of words, each text's counts damped and weighed by rarity, into a
    multinomial logistic regression whose strength is chosen on the validation rows; then it learns
    from those as well, where it is scored on others. Writes ``scores.json`` and
    ``predictions.parquet`` of the TF-IDF model.

    Raises:
        InputError: the dataset cannot train a classifier, or no row is there to score.
    """
    dataset = work.inputs["dataset"]
    other = work.inputs.get("scored_on", dataset)
    examples = read_examples(dataset)
    judged = examples if other.key == dataset.key else read_labelled(other, examples.labels)
    split, places = _scored_rows(spec, judged, other.title)
    own = judged is examples
    probabilities, facts = _tfidf(spec, examples, judged, places, split if own else "", work)
    scores = score(judged.targets[places], probabilities, judged.labels)
    frequent = int(np.bincount(examples.targets[examples.where("train")]).argmax())
    majority = float((judged.targets[places] == frequent).mean())
    scores |= {"split": split, "majority": majority, "majority_label": examples.labels[frequent]}
    write_json(work.out / "scores.json", scores)
    write_predictions(work.out, judged, places, probabilities)
    return {
        **{name: scores[name] for name in _HEADLINE},
        "scored_on": split,
        "labels": list(examples.labels),
        **facts,
    }


def _scored_rows(spec: BaselineSpec, judged: Examples, title: str) -> tuple[str, NDArray[np.int64]]:
    split: str = spec.split
    if split == "auto":
        split = "test" if len(judged.where("test")) else "validation"
    if split == "all":
        return split, np.arange(len(judged.texts), dtype=np.int64)
    places = judged.where(split)
    if not len(places):
        raise InputError(f"{title} has no labelled {split} rows to score; choose another split.")
    return split, places


def _tfidf(
    spec: BaselineSpec,
    examples: Examples,
    judged: Examples,
    places: NDArray[np.int64],
    own_split: str,
    work: Work,
) -> tuple[Floats, dict[str, Any]]:
    """(n, n_labels) probabilities of the judged places, and what there is to know about them."""
    train = _some(examples, "train", spec.most, spec.seed)
    validation = _some(examples, "validation", spec.most // 5, spec.seed)
    texts = np.asarray(examples.texts, dtype=object)
    work.progress.stage("Counting words", total=len(train), unit="texts")
    words = _vectorizer(len(train))
    try:
        x = words.fit_transform(texts[train])
    except ValueError as error:
        raise InputError(
            "No word occurs in two of the training texts, so there is nothing to count; check the "
            "text column on the Data page."
        ) from error
    held_out = words.transform(texts[validation]) if len(validation) else None
    strength = _USUAL
    if held_out is not None:
        answers = examples.targets[validation]
        taught = examples.targets[train], examples.weights[train]
        strength = _best(x, taught, held_out, answers, work.progress)
    learnt = train
    # Scored on validation rows, it may not learn from them.
    if held_out is not None and own_split != "validation":
        from scipy.sparse import vstack

        learnt = np.concatenate([train, validation])
        x = vstack([x, held_out]).tocsr()
    work.progress.stage("Fitting the baseline")
    model = _linear(strength).fit(
        x, examples.targets[learnt], sample_weight=examples.weights[learnt]
    )
    work.progress.stage("Scoring the baseline", total=len(places), unit="texts")
    counted = words.transform([judged.texts[i] for i in places])
    return _probabilities(model, counted, len(examples.labels)), {
        "strength": strength,
        "train_rows": len(learnt),
        "of_rows": len(examples.where("train")) + (len(learnt) - len(train)),
        "words": len(words.vocabulary_),
    }


def _vectorizer(n_texts: int) -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer

    # What is in one text alone teaches nothing about another; of few texts every word is kept.
    fewest = 2 if n_texts >= 200 else 1
    return TfidfVectorizer(
        ngram_range=(1, 2), sublinear_tf=True, min_df=fewest, max_features=_MOST_WORDS,
        token_pattern=r"\w+|[^\w\s]+", dtype=np.float32,
    )  # fmt: skip


def _best(
    x: Any,
    taught: tuple[NDArray[np.int64], NDArray[np.float32]],
    held_out: Any,
    answers: NDArray[np.int64],
    progress: Progress,
) -> float:
    """The strength with the least surprise at the validation rows."""
    progress.stage("Choosing the baseline's strength", total=len(STRENGTHS), unit="fits")
    losses = {}
    y, weights = taught
    for strength in STRENGTHS:
        model = _linear(strength).fit(x, y, sample_weight=weights)
        shares = _probabilities(model, held_out, int(max(y.max(), answers.max())) + 1)
        losses[strength] = log_loss(answers, shares)
        progress.advance(1)
    return min(losses, key=losses.__getitem__)


def _linear(strength: float) -> Any:
    from sklearn.linear_model import LogisticRegression

    # Of counted words its second-order steps reach what lbfgs does, in a twentieth of the time.
    return LogisticRegression(C=strength, max_iter=300, tol=1e-3, solver="newton-cg")


def _probabilities(model: Any, x: Any, n_labels: int) -> Floats:
    shares = np.zeros((x.shape[0], n_labels), dtype=np.float32)
    shares[:, model.classes_] = model.predict_proba(x)
    return shares


def _some(examples: Examples, split: str, most: int, seed: int) -> NDArray[np.int64]:
    """At most about `most` places of a split, at random, and one of each category at least."""
    places = examples.where(split)
    if len(places) <= most:
        return places
    _, first = np.unique(examples.targets[places], return_index=True)
    chosen = np.random.default_rng(seed).choice(places, most, replace=False)
    return np.union1d(places[first], chosen)
