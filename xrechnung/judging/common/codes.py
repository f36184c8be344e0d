"""Code lists as the official rules look into them: as one text, each code between blanks."""

from collections.abc import Collection, Sequence

from xrechnung.judging.tree import collapse


def is_listed(text: str, codes: Collection[str]) -> bool:
    """Whether a text, blanks around it aside, is one code of a list."""
    return text in codes or collapse(text) in codes


def joined(codes: Sequence[str]) -> str:
    """A list as it is written in the rules that ask whether some letters occur in it (BR-CO-09, BR-CL-08).

    There a part of a code, or the end of one with the beginning of the next, is found too.
    """
    return f" {' '.join(codes)} "


def extended(more: Collection[str], codes: Collection[str]) -> frozenset[str]:
    """A list with the codes that the extension or CVD puts before it.

    The official rules write the two lists one after the other with two blanks between them, so nothing at all
    is found there as well.
    """
    return frozenset(("", *more, *codes))
