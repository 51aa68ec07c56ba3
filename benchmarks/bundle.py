"""Makes a folder small enough to carry to a machine with a GPU: the encoder in float16, and texts.

    python benchmarks/bundle.py bundle

holds encoder/ (45 MB) and data/ with AG News and the first 6,000
arXiv records, laid out as texts.py reads them. The last line printed is one JSON object.
"""

from __future__ import annotations

import argparse
import gzip
import json
import shutil
import sys
from itertools import islice
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from safetensors.torch import load_file, save_file  # noqa: E402

from benchmarks.texts import data_folder  # noqa: E402
from engine.encoder.hub.find import find_folder  # noqa: E402


def encoder_in_half(target: Path) -> None:
    source = find_folder("minilm")
    shutil.copytree(source, target, dirs_exist_ok=True)
    weights = target / "model.safetensors"
    weights.unlink()  # the copy may be read-only
    tensors = load_file(source / "model.safetensors")
    half = {k: v.half() if v.is_floating_point() else v for k, v in tensors.items()}
    save_file(half, weights, metadata={"format": "pt"})


def some_data(target: Path, abstracts: int) -> None:
    source = data_folder()
    shutil.copytree(source / "ag_news", target / "ag_news", dirs_exist_ok=True)
    arxiv = Path("arxiv") / "arxiv-metadata-oai-snapshot.json.gz"
    (target / "arxiv").mkdir(parents=True, exist_ok=True)
    with (
        gzip.open(source / arxiv, "rt", encoding="utf-8") as lines,
        gzip.open(target / arxiv, "wt", encoding="utf-8") as out,
    ):
        for line in islice(lines, abstracts):
            kept = {"abstract": json.loads(line)["abstract"]}
            out.write(json.dumps(kept, ensure_ascii=False) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--abstracts", type=int, default=6000)
    args = parser.parse_args()
    encoder_in_half(args.folder / "encoder")
    some_data(args.folder / "data", args.abstracts)
    size = sum(path.stat().st_size for path in args.folder.rglob("*") if path.is_file())
    print(json.dumps({"folder": str(args.folder), "mib": round(size / 2**20, 1)}))


if __name__ == "__main__":
    main()
