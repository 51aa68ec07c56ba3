"""A dataset in, its tokens out, once for every encoder that has the same tokenizer."""

from __future__ import annotations

import json
import time
from contextlib import closing
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from engine.encoder.ahead import ahead
from engine.encoder.hub.find import find_folder
from engine.encoder.hub.folder import read_recipe
from engine.encoder.spec import TokenizeSpec
from engine.encoder.tokenizing.dataset_texts import count_texts, text_blocks
from engine.encoder.tokenizing.files import Mark, TokenFiles

if TYPE_CHECKING:
    from engine.work import Work

_BLOCK = 8192
_SYNC_S = 3.0


@dataclass
class _Done:
    """What is safely on disk: written after the tokens."""

    mark: Mark = field(default_factory=Mark)
    seconds: float = 0.0


def build(spec: TokenizeSpec, work: Work) -> dict[str, object]:
    """Write flat.npy, offsets.npy and truncated.npy, see :mod:`engine.encoder.tokenizing.files`.

    Raises:
        InputError: the dataset is empty, or the encoder has no tokenizer or reads less.
    """
    from engine.encoder.tokenizing.tokenizer import load_tokenizer, token_limit

    folder = work.inputs["dataset"].path
    total = count_texts(folder)
    work.progress.stage("Loading the tokenizer")
    recipe = read_recipe(find_folder(spec.encoder))
    limit = token_limit(recipe, spec.max_length)
    tokenizer = load_tokenizer(recipe)
    state = work.scratch / "done.json"
    done = _read(state)
    files = TokenFiles(work.scratch / "tokens", tokenizer.vocabulary, done.mark)
    work.progress.stage("Tokenizing", total=total, unit="texts")
    work.progress.at(files.mark.rows)
    resumed, before = files.mark.rows, done.seconds
    began = synced = time.monotonic()
    texts = text_blocks(folder, skip=resumed, block=_BLOCK)
    with closing(files), closing(ahead(lambda block: tokenizer(block, limit), texts)) as blocks:
        for tokens in blocks:
            files.append(tokens)
            done = _Done(files.mark, before + time.monotonic() - began)
            work.progress.at(files.mark.rows)
            if time.monotonic() - synced > _SYNC_S:
                files.sync()
                _write(state, done)
                synced = time.monotonic()
        facts = files.finish(work.out)
    if resumed:
        work.progress.note(f"Went on after the {resumed:,} texts of an earlier run.")
    return facts | {
        "max_length": limit,
        "encoder": spec.encoder,
        "seconds": round(done.seconds, 2),
        "texts_per_second": round(total / max(done.seconds, 1e-9), 1),
    }


def _read(state: Path) -> _Done:
    if not state.is_file():
        return _Done()
    said = json.loads(state.read_text())
    return _Done(Mark(**said["mark"]), said["seconds"])


def _write(state: Path, done: _Done) -> None:
    fresh = state.with_suffix(".new")
    fresh.write_text(json.dumps(asdict(done)))
    fresh.replace(state)
