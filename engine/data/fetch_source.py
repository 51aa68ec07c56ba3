"""The stage 'data fetch': the name of a public dataset in, a source like any other out."""

from __future__ import annotations

from engine.data.facts import ReadOptions
from engine.data.fetch import PUBLIC, fetch
from engine.data.read import import_file
from engine.data.spec_fetch import FetchSpec
from engine.work import Work


def build(spec: FetchSpec, work: Work) -> dict[str, object]:
    """Download, then read; a download that is whole survives a kill of the reading."""
    file = fetch(spec.public, work.scratch / "download", progress=work.progress)
    scratch = work.scratch / "reading"
    scratch.mkdir(exist_ok=True)
    options = ReadOptions(name=file.name)
    facts = import_file(file, work.out, options=options, scratch=scratch, progress=work.progress)
    for note in facts.notes:
        work.progress.note(note)
    public = PUBLIC[spec.public]
    return {
        **facts.as_dict(),
        "title": public.title,
        "licence": public.licence,
        "page": public.page,
    }
