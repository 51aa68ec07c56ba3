"""What can be done with classifiers: each stage with its verb, its spec and function."""

from __future__ import annotations

from engine.stage import Stage

STAGES = (
    Stage(
        verb="train",
        makes="model",
        version=3,
        spec="engine.classify.spec:TrainSpec",
        build="engine.classify.train:build",
        heavy=True,
        help="Train a classifier on a labelled dataset and score it on the test split.",
    ),
    Stage(
        verb="doubts",
        makes="doubts",
        spec="engine.classify.doubts.spec:DoubtsSpec",
        build="engine.classify.doubts.build:build",
        heavy=True,
        help="Rank the labels of a dataset by how likely they are wrong.",
    ),
    Stage(
        verb="rehearse",
        makes="rehearsal",
        spec="engine.classify.spec:RehearseSpec",
        build="engine.classify.rehearsal.rehearse:build",
        help="Check a training's first batch, and measure how long it would take.",
    ),
    Stage(
        verb="repeat",
        makes="repeats",
        spec="engine.classify.spec:RepeatSpec",
        build="engine.classify.repeat:build",
        heavy=True,
        help="Train the same with several seeds: mean and spread of the scores.",
    ),
    Stage(
        verb="search",
        makes="search",
        spec="engine.classify.spec:SearchSpec",
        build="engine.classify.searching.search:build",
        heavy=True,
        help="Search for the best settings of a training within a time budget.",
    ),
    Stage(
        verb="evaluate",
        makes="evaluation",
        version=2,
        spec="engine.classify.spec:EvaluateSpec",
        build="engine.classify.evaluate:build",
        heavy=True,
        help="Score a classifier on a labelled dataset.",
    ),
    Stage(
        verb="baseline",
        makes="baseline",
        spec="engine.classify.evaluation.spec:BaselineSpec",
        build="engine.classify.evaluation.baselines:build",
        help="Score the most frequent label and counted words (TF-IDF), the figures to beat.",
    ),
    Stage(
        verb="compare",
        makes="comparison",
        version=2,
        spec="engine.classify.evaluation.spec:CompareSpec",
        build="engine.classify.evaluation.comparison:build",
        heavy=True,
        help="Test whether one classifier is better than another on texts neither has learnt.",
    ),
    Stage(
        verb="predict file",
        makes="predictions",
        spec="engine.classify.files.spec:PredictFileSpec",
        build="engine.classify.files.predict:build",
        heavy=True,
        help="Classify every row of a file, whatever its size; goes on after a kill.",
    ),
    Stage(
        verb="model export",
        makes="export",
        spec="engine.classify.export.spec:ExportSpec",
        build="engine.classify.export.build:build",
        heavy=True,
        help="Make a folder of a classifier that loads elsewhere, and ONNX, compared with it.",
    ),
    Stage(
        verb="model import",
        makes="model",
        spec="engine.classify.export.spec:ImportModelSpec",
        build="engine.classify.importing.import_model:build",
        help="Bring in a classifier from elsewhere: a folder or .zip with safetensors.",
    ),
)
