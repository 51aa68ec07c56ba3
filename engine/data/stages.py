"""What can be done with files and datasets: each stage with its verb, its spec and function."""

from __future__ import annotations

from engine.stage import Stage

STAGES = (
    Stage(
        verb="data import",
        makes="source",
        spec="engine.data.spec_source:SourceSpec",
        build="engine.data.import_source:build",
        help="Read a file of any common format into the cache.",
    ),
    Stage(
        verb="data fetch",
        makes="source",
        spec="engine.data.spec_fetch:FetchSpec",
        build="engine.data.fetch_source:build",
        help="Download a public dataset: AG News, Amazon Fine Food Reviews or arXiv.",
    ),
    Stage(
        verb="data add",
        makes="dataset",
        version=2,
        spec="engine.data.spec_dataset:DatasetSpec",
        build="engine.data.dataset:build",
        help="Turn a file into a dataset: choose columns, clean, find duplicates, split.",
    ),
    Stage(
        verb="data edit",
        makes="dataset",
        spec="engine.data.spec_edit:EditSpec",
        build="engine.data.edit:build",
        help="Make a new version of a dataset: rows relabelled, excluded, weighted or added.",
    ),
    Stage(
        verb="data extend",
        makes="source",
        spec="engine.data.spec_edit:ExtendSpec",
        build="engine.data.extend:build",
        help="Put the texts that edits add under the rows of a file.",
    ),
    Stage(
        verb="data join",
        makes="source",
        spec="engine.data.spec_append:JoinSpec",
        build="engine.data.join:build",
        help="Put the rows of a second file under those of a first.",
    ),
    Stage(
        verb="data append",
        makes="dataset",
        spec="engine.data.spec_append:AppendSpec",
        build="engine.data.append:build",
        help="Put the texts of a second dataset behind those of a first.",
    ),
    Stage(
        verb="data audit",
        makes="audit",
        version=2,
        spec="engine.data.spec_dataset:AuditSpec",
        build="engine.data.audit:build",
        help="Profile a dataset and list its duplicates, conflicts and odd texts.",
    ),
)
