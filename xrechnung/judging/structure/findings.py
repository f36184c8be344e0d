"""What is wrong with the structure of an invoice, in German sentences."""

from dataclasses import dataclass

from lxml import etree

from xrechnung.judging.structure.facts import Reading
from xrechnung.judging.tree import Node, line_of, path_of, short_name

_LONGEST_QUOTE = 60
_WANTED = {
    Reading.DECIMAL: "eine Dezimalzahl (Ziffern, Punkt vor den Nachkommastellen, keine Tausendertrennung)",
    Reading.DATE: "ein Datum (JJJJ-MM-TT)",
    Reading.TIME: "eine Uhrzeit (hh:mm:ss)",
    Reading.DATE_TIME: "ein Zeitpunkt (JJJJ-MM-TThh:mm:ss)",
    Reading.BOOLEAN: "„true“ oder „false“",
    Reading.BINARY: "eine Datei in Base64",
    Reading.LANGUAGE: "ein Sprachkürzel (wie „de“)",
    Reading.URI: "eine Internetadresse (URI)",
    Reading.UNIT: "eine Einheit aus ein bis drei Zeichen",
}


@dataclass(frozen=True, slots=True)
class SchemaFinding:
    """One place where the structure is not the official one."""

    line: int | None
    """Line in the XML as received, from 1; none where the parser did not count that far."""
    path: str
    """XPath with prefixes."""
    message: str
    code: str
    """The constraint of XML Schema that is violated, as reports of the official validator name it."""


def not_foreseen(element: etree._Element, meant: str | None = None) -> SchemaFinding:
    """An element that may not stand here; `meant` is one with the same name in another namespace or spelling."""
    parent = element.getparent()
    where = f" in {_name(parent)}" if parent is not None else ""
    instead = f", gemeint ist wohl {meant}" if meant else ""
    return _at(element, f"Das Element {_name(element)} ist{where} nicht vorgesehen{instead}.", "cvc-complex-type.2.4.a")


def missing(parent: etree._Element, names: list[str], before: etree._Element | None) -> SchemaFinding:
    """One of these elements should stand in the parent, before that child (or at its end)."""
    what = f"das Element {names[0]}" if len(names) == 1 else f"eines der Elemente {' oder '.join(names)}"
    place = f" (vor {_name(before)})" if before is not None else ""
    code = "cvc-complex-type.2.4.b" if before is None else "cvc-complex-type.2.4.a"
    return _at(parent, f"In {_name(parent)} fehlt {what}{place}.", code, where=before)


def misplaced(element: etree._Element, before: str) -> SchemaFinding:
    parent = _name(element.getparent())
    message = f"Das Element {_name(element)} steht in {parent} an falscher Stelle, es gehört vor {before}."
    return _at(element, message, "cvc-complex-type.2.4.a")


def too_many(element: etree._Element) -> SchemaFinding:
    message = f"Das Element {_name(element)} darf in {_name(element.getparent())} nur einmal stehen."
    return _at(element, message, "cvc-complex-type.2.4.d")


def not_beside(element: etree._Element, other: etree._Element) -> SchemaFinding:
    message = f"In {_name(element.getparent())} steht schon {_name(other)}, {_name(element)} darf nicht dazukommen."
    return _at(element, message, "cvc-complex-type.2.4.d")


def stray_text(element: etree._Element, text: str) -> SchemaFinding:
    message = f"In {_name(element)} steht Text ({_quote(text)}), vorgesehen sind nur Elemente."
    return _at(element, message, "cvc-complex-type.2.3")


def elements_in_value(element: etree._Element, inside: etree._Element) -> SchemaFinding:
    message = f"In {_name(element)} steht das Element {_name(inside)}, vorgesehen ist nur ein Wert."
    return _at(element, message, "cvc-complex-type.2.2")


def unreadable(element: etree._Element, text: str, reading: Reading) -> SchemaFinding:
    if text.strip():
        message = f"In {_name(element)} steht {_quote(text)}, richtig ist {_WANTED[reading]}."
    else:
        message = f"{_name(element)} ist leer, richtig ist {_WANTED[reading]}."
    return _at(element, message, "cvc-datatype-valid.1.2.1")


def attribute_missing(element: etree._Element, name: str) -> SchemaFinding:
    return _at(element, f"Am Element {_name(element)} fehlt das Attribut {name}.", "cvc-complex-type.4")


def attribute_not_foreseen(element: etree._Element, name: str) -> SchemaFinding:
    message = f"Das Attribut {short_name(name)} ist am Element {_name(element)} nicht vorgesehen."
    return _at(element, message, "cvc-complex-type.3.2.2", attribute=name)


def attribute_unreadable(element: etree._Element, name: str, text: str, reading: Reading) -> SchemaFinding:
    message = f"Im Attribut {name} des Elements {_name(element)} steht {_quote(text)}, richtig ist {_WANTED[reading]}."
    return _at(element, message, "cvc-attribute.3", attribute=name)


def attribute_other_than(element: etree._Element, name: str, text: str, only: str) -> SchemaFinding:
    message = f"Im Attribut {name} des Elements {_name(element)} steht {_quote(text)}, zulässig ist nur „{only}“."
    return _at(element, message, "cvc-attribute.4", attribute=name)


def nil_not_foreseen(element: etree._Element, name: str) -> SchemaFinding:
    message = f"Das Attribut xsi:nil ist am Element {_name(element)} nicht vorgesehen."
    return _at(element, message, "cvc-elt.3.1", attribute=name)


def other_type(element: etree._Element, name: str, text: str) -> SchemaFinding:
    message = f"Das Attribut xsi:type am Element {_name(element)} nennt mit {_quote(text)} eine andere Art von Inhalt."
    return _at(element, message, "cvc-elt.4", attribute=name)


def _at(
    element: etree._Element,
    message: str,
    code: str,
    *,
    attribute: str | None = None,
    where: etree._Element | None = None,
) -> SchemaFinding:
    path = path_of(Node(_name(element), None, element)) + (f"/@{short_name(attribute)}" if attribute else "")
    return SchemaFinding(line_of(element if where is None else where), path, message, code)


def _name(element: etree._Element | None) -> str:
    return "" if element is None else short_name(str(element.tag))


def _quote(text: str) -> str:
    """The beginning of a text on one line."""
    text = " ".join(text[: 4 * _LONGEST_QUOTE].split())
    return f"„{text}“" if len(text) <= _LONGEST_QUOTE else f"„{text[:_LONGEST_QUOTE]}…“"
