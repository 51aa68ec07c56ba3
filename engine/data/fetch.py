"""The name of a public dataset in, its file on this machine out: by the publisher's own client."""

from __future__ import annotations

import logging
import os
import shutil
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from engine.errors import InputError
from engine.failure import sentence_for
from engine.progress import SILENT, Progress

logger = logging.getLogger(__name__)

_TRUE = {"1", "true", "yes", "on"}
_CONNECT_SECONDS = 1.5


@dataclass(frozen=True)
class PublicDataset:
    """One dataset that can be had with a click."""

    name: str
    title: str
    description: str
    licence: str
    size: str
    host: str
    page: str
    get: Callable[[Path], Path]


def fetch(name: str, folder: Path, *, progress: Progress = SILENT) -> Path:
    """Download a public dataset into `folder`; returns the file, ready to import like any other.

    Raises:
        InputError: no such dataset, no internet, or the publisher turned us away.
    """
    dataset = PUBLIC.get(name)
    if dataset is None:
        raise InputError(f"There is no public dataset '{name}'; there are: {', '.join(PUBLIC)}.")
    _check_connection(dataset)
    progress.stage(f"Downloading {dataset.title}")
    folder.mkdir(parents=True, exist_ok=True)
    try:
        return dataset.get(folder)
    except InputError:
        raise
    except OSError as error:
        if sentence := sentence_for(error):
            raise InputError(sentence) from error
        raise _refused(name, dataset, error) from error
    # The clients raise dozens of types (HTTP, SSL, quota, gated); for a person they are one thing.
    except Exception as error:
        raise _refused(name, dataset, error) from error


def _check_connection(dataset: PublicDataset) -> None:
    offline = any(
        os.environ.get(name, "").lower() in _TRUE for name in ("HF_HUB_OFFLINE", "LIMN_OFFLINE")
    )
    if offline:
        raise InputError(
            f"{dataset.title} cannot be downloaded because this machine is set to work offline "
            f"(HF_HUB_OFFLINE); {_by_hand(dataset)}"
        )
    if os.environ.get("HTTPS_PROXY") or os.environ.get("https_proxy"):
        return  # the way out is not ours to test
    try:
        with socket.create_connection((dataset.host, 443), timeout=_CONNECT_SECONDS):
            pass
    except OSError as error:
        raise InputError(
            f"{dataset.title} cannot be downloaded because {dataset.host} does not answer; "
            f"check the internet connection, or {_by_hand(dataset)}"
        ) from error


def _refused(name: str, dataset: PublicDataset, error: Exception) -> InputError:
    logger.info("fetching %s failed", name, exc_info=error)
    return InputError(
        f"{dataset.title} could not be downloaded from {dataset.host} "
        f"({type(error).__name__}); {_by_hand(dataset)}"
    )


def _by_hand(dataset: PublicDataset) -> str:
    return f"download it elsewhere from {dataset.page} and upload the file here."


def _ag_news(folder: Path) -> Path:
    """Both splits in one Parquet file: text, label (by name), split."""
    import pyarrow as pa
    import pyarrow.parquet as pq
    from huggingface_hub import hf_hub_download

    names = pa.array(["World", "Sports", "Business", "Sci/Tech"])
    tables = []
    for split in ("train", "test"):
        path = hf_hub_download(
            "fancyzhx/ag_news", f"data/{split}-00000-of-00001.parquet", repo_type="dataset"
        )
        table = pq.read_table(path, columns=["text", "label"])
        label = names.take(table.column("label").combine_chunks())
        table = table.set_column(1, "label", label)
        tables.append(table.append_column("split", pa.array([split] * table.num_rows)))
    partial = folder / "ag_news.parquet.part"
    pq.write_table(pa.concat_tables(tables), partial)
    return partial.replace(folder / "ag_news.parquet")


def _kaggle(handle: str, file: str) -> Callable[[Path], Path]:
    def get(folder: Path) -> Path:
        try:
            import kagglehub
        except ModuleNotFoundError as error:
            raise InputError(
                "Datasets from Kaggle need one more package: run pip install kagglehub and try "
                "again."
            ) from error
        path = Path(kagglehub.dataset_download(handle, path=file))
        if path.is_dir():
            path = path / file
        partial = folder / f"{file}.part"
        shutil.copyfile(path, partial)
        return partial.replace(folder / file)

    return get


PUBLIC: dict[str, PublicDataset] = {
    dataset.name: dataset
    for dataset in (
        PublicDataset(
            "ag_news",
            "AG News",
            "127,600 news articles in four categories.",
            "non-commercial research",
            "20 MB",
            "huggingface.co",
            "https://huggingface.co/datasets/fancyzhx/ag_news",
            _ag_news,
        ),
        PublicDataset(
            "amazon_fine_food",
            "Amazon Fine Food Reviews",
            "568,454 reviews of food with one to five stars, 1999 to 2012.",
            "CC0",
            "300 MB",
            "www.kaggle.com",
            "https://www.kaggle.com/datasets/snap/amazon-fine-food-reviews",
            _kaggle("snap/amazon-fine-food-reviews", "Reviews.csv"),
        ),
        PublicDataset(
            "arxiv",
            "arXiv papers",
            "Title, abstract, categories and dates of every paper on arXiv.",
            "CC0",
            "5 GB",
            "www.kaggle.com",
            "https://www.kaggle.com/datasets/Cornell-University/arxiv",
            _kaggle("Cornell-University/arxiv", "arxiv-metadata-oai-snapshot.json"),
        ),
    )
}
