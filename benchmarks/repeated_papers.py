"""A file of many papers made of fewer: for memory and time, and for what near-copies do to topics.

    python benchmarks/repeated_papers.py papers.json.gz 500000 many.jsonl
    python -m engine data add many.jsonl --name many --near-duplicates no
    python -m engine topics many --encoder draft

The papers come as they are first, then again and again: sentences shuffled, and about every eighth
word of the abstract and every tenth of the title left out. Equal arguments give equal files.
"""

from __future__ import annotations

import gzip
import json
import random
import re
import sys
from pathlib import Path

_KEPT = ("id", "title", "abstract", "categories", "update_date")


def main(source: str, wanted: int, target: str) -> None:
    draw = random.Random(0)
    with gzip.open(source, "rt", encoding="utf-8") as file:
        papers = [json.loads(line) for line in file]
    with Path(target).open("w", encoding="utf-8") as out:
        for n in range(wanted):
            paper = dict(papers[n % len(papers)])
            if n >= len(papers):
                sentences = re.split(r"(?<=[.?!])\s+", paper["abstract"].strip())
                draw.shuffle(sentences)
                words = " ".join(sentences).split()
                paper["abstract"] = " ".join(word for word in words if draw.random() > 0.12)
                title = [word for word in paper["title"].split() if draw.random() > 0.1]
                paper["title"] = " ".join(title) or paper["title"]
            out.write(json.dumps({name: paper.get(name) for name in _KEPT}) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
