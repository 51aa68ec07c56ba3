"""A dataset in, one vector a text out, in its order; a killed run goes on where it was."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

from engine.encoder.alone import Done, encode_alone
from engine.encoder.carried import carried_vectors
from engine.encoder.draft import DraftEncoder, load_draft
from engine.encoder.hub.find import drafted
from engine.encoder.int8_check import int8_cosines
from engine.encoder.models import load_encoder
from engine.encoder.shares import encode_together, gathered_vectors
from engine.encoder.spec import DistillSpec, EmbedSpec, TokenizeSpec
from engine.encoder.tokenizing.dataset_texts import count_texts
from engine.encoder.tokenizing.files import Mark, open_tokens
from engine.errors import InputError
from engine.together.group import Group, LostError
from engine.together.launch import gathered

if TYPE_CHECKING:
    from engine.encoder.encoder import Encoder
    from engine.encoder.stream import Vectors
    from engine.work import Work

_MANY = 200_000
"""Texts from which a second GPU is taken without being asked for."""


def build(spec: EmbedSpec, work: Work) -> dict[str, object]:
    """Write vectors.npy, (rows, width) float32 in dataset row order.

    Tokens are taken from the dataset's tokens artifact, or made ahead of the encoder and published
    as that artifact in the end. A text whose tokens occurred before has its vector copied. Memory
    grows by 16 bytes a text. An edited dataset takes the vectors of the version before where those
    are here.

    Raises:
        InputError: the dataset is empty, or the encoder or kernel cannot be used.
    """
    if carried := carried_vectors(spec, work, lambda texts: _encoded(spec, work, texts)):
        return carried
    folder = work.inputs["dataset"].path
    total = count_texts(folder)
    work.progress.stage("Loading the encoder")
    encoder = _load(spec, work)
    tokens_spec = TokenizeSpec(
        dataset=work.inputs["dataset"].key,
        encoder=drafted(spec.encoder) or spec.encoder,
        max_length=spec.max_length,
    )
    measured = int8_cosines(encoder, spec, work) if encoder.approximate else {}
    kernel_ops = encoder.observed()
    processes = spec.processes
    if isinstance(encoder, DraftEncoder) or (not processes and total < _MANY):
        processes = 1  # others would take longer to start than to help
    try:
        with gathered(processes) as group:
            if group.world > 1 and not isinstance(encoder, DraftEncoder):
                done = _together(spec, work, encoder, tokens_spec, group)
            else:
                done = encode_alone(spec, work, encoder, tokens_spec, total)
    except LostError as error:
        raise InputError(
            "One of the processes that share the texts died; the same command goes on with the "
            "texts that are not done yet."
        ) from error
    seconds = max(done.seconds, 1e-9)
    return {
        "embeddings": total,
        "width": encoder.width,
        "docs_per_second": round(total / seconds, 1),
        "tokens_per_second": round(done.mark.tokens / seconds, 1),
        "seconds": round(done.seconds, 2),
        "kernel": encoder.kernel.name,
        "kernel_reason": encoder.kernel.reason,
        "kernel_ops": kernel_ops,
        "device": str(encoder.device),
        "dtype": "int8" if encoder.approximate else str(encoder.dtype).removeprefix("torch."),
        "encoder": encoder.name,
        "fingerprint": encoder.fingerprint,
        "max_length": spec.max_length or encoder.max_length,
        "tokens": done.mark.tokens,
        "tokens_found": done.tokens_found,
        "processes": group.world,
        "truncated": round(done.mark.truncated / total, 4),
        "repeated": done.repeated,
        "approximate": encoder.approximate,
        **measured,
    }


def _together(
    spec: EmbedSpec, work: Work, encoder: Encoder, tokens_spec: TokenizeSpec, group: Group
) -> Done:
    """Shared with the other processes of `group`, each of which encodes some of the chunks."""
    tokens = work.make(tokens_spec)
    opened = open_tokens(tokens.path)
    work.progress.stage("Embedding", total=len(opened), unit="texts")
    began = time.monotonic()
    folder = work.scratch / "shares"
    first = encode_together(
        encoder, tokens.path, folder, group, work.progress,
        name=spec.encoder, attention=spec.attention, dtype=spec.precision,
    )  # fmt: skip
    done = Done(encoder.fingerprint, encoder.width, Mark().after(opened), tokens_found=True)
    done.repeated = int((first != np.arange(len(first))).sum())
    done.seconds = time.monotonic() - began
    header = {"descr": "<f4", "fortran_order": False, "shape": (len(first), encoder.width)}
    with (work.out / "vectors.npy").open("wb") as out:
        np.lib.format.write_array_header_1_0(out, header)
        for vectors in gathered_vectors(folder, first):
            out.write(vectors.data)
    return done


def _encoded(spec: EmbedSpec, work: Work, texts: list[str]) -> Vectors:
    """(n, width) float32 of a few texts, none of which is kept by itself."""
    return _load(spec, work).encode(texts, max_length=spec.max_length or None)


def _load(spec: EmbedSpec, work: Work) -> Encoder | DraftEncoder:
    base = drafted(spec.encoder)
    if base is None:
        return load_encoder(spec.encoder, attention=spec.attention, dtype=spec.precision)
    for field_name in ("attention", "precision"):
        if getattr(spec, field_name) != "auto":
            raise InputError(f"A draft looks vectors up in a table: leave {field_name} at auto.")
    return load_draft(work.make(DistillSpec(encoder=base)).path, base)
