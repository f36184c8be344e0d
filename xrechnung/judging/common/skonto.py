"""Cash discounts in the payment terms (Skonto in BT-20) as BR-DE-18 tests them."""

from collections.abc import Sequence
from re import compile

from xrechnung.judging.tree import Node, Undefined, collapse

_STATEMENT = compile(r"#SKONTO#TAGE=[0-9]+#PROZENT=[0-9]+\.[0-9]{2}(?:#BASISBETRAG=-?[0-9]+\.[0-9]{2})?#")
_BETWEEN_HASHES = compile(r"#[^\r\n]+#")
_LINE_BREAK = compile(r"\r?\n")
_BREAK_COMES_FIRST = compile(r"[ \t\r]*\n")


def are_sound_terms(notes: Sequence[Node]) -> bool:
    """Whether each line that begins with `#` is a Skonto statement, and a line break follows the last one.

    `notes` are the first texts of each payment terms group. Undefined where a good statement stands in one of
    several: then it is not clear after which text the line break should come.
    """
    lines = [line for note in notes if "#" in note.text for line in _LINE_BREAK.split(note.text)]
    statements = [line for line in map(collapse, lines) if line.startswith("#")]
    return all(_STATEMENT.fullmatch(statement) and _ends_in_a_break(notes) for statement in statements)


def _ends_in_a_break(notes: Sequence[Node]) -> bool:
    written = [note for note in notes if note.text]
    if len(written) > 1:
        raise Undefined(written[1], "payment terms stand more than once")
    return any(_BREAK_COMES_FIRST.match(_BETWEEN_HASHES.split(note.text)[-1]) for note in written)
