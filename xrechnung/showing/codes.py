"""What codes mean, in words: a table of our own for the common ones; others are shown as they are."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files


def meaning(listed: str, code: str) -> str:
    """The word for a code of one of our lists, or nothing."""
    return _meanings().get((listed, code.strip()), "")


def explained(listed: str, code: str) -> str:
    """`Stück (H87)`, or the code alone where we have no word for it."""
    word = meaning(listed, code)
    return f"{word} ({code})" if word else code


@cache
def _meanings() -> Mapping[tuple[str, str], str]:
    lines = (files("xrechnung") / "data" / "codes_de.tsv").read_text("utf-8").splitlines()
    rows = (line.split("\t") for line in lines[1:])
    return {(row[0], row[1]): row[2] for row in rows}
