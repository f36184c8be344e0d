"""What the official XML Schemas say, read from them in the terms of our tables. They are not part of the project."""

from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from tests.support.invoices import CORPUS
from xrechnung.judging.structure.facts import NAMESPACES, ROOTS, Reading
from xrechnung.judging.verdict import Syntax

SCHEMAS = {
    Syntax.UBL_INVOICE: CORPUS / "schemas/ubl/maindoc/UBL-Invoice-2.1.xsd",
    Syntax.UBL_CREDIT_NOTE: CORPUS / "schemas/ubl/maindoc/UBL-CreditNote-2.1.xsd",
    Syntax.CII: CORPUS / "schemas/cii/CrossIndustryInvoice_100pD16B.xsd",
}

_XS = "{http://www.w3.org/2001/XMLSchema}"
_PREFIXES = {uri: prefix for prefix, uri in NAMESPACES.items()}
_READS = {
    "string": Reading.TEXT,
    "normalizedString": Reading.TEXT,
    "token": Reading.TEXT,
    "decimal": Reading.DECIMAL,
    "date": Reading.DATE,
    "time": Reading.TIME,
    "dateTime": Reading.DATE_TIME,
    "boolean": Reading.BOOLEAN,
    "base64Binary": Reading.BINARY,
    "language": Reading.LANGUAGE,
    "anyURI": Reading.URI,
}
_OCCURS = {("1", "1"): "1", ("0", "1"): "?", ("1", "unbounded"): "+", ("0", "unbounded"): "*"}

Attributes = frozenset[tuple[str, bool, Reading, str | None]]


@dataclass(frozen=True)
class Holds:
    """What an element holds: a group by its official name, or a value."""

    official_type: str
    reads: Reading | None = None
    attributes: Attributes = frozenset()


Place = tuple[str, str, Holds]


class OfficialSchema:
    """The schema of one document type with everything it imports."""

    def __init__(self, syntax: Syntax) -> None:
        self._elements: dict[str, etree._Element] = {}
        self._types: dict[str, etree._Element] = {}
        self._loaded: set[Path] = set()
        self._load(SCHEMAS[syntax])
        root = ROOTS[syntax].element
        prefix, _, local = root.partition(":")
        self._root = self._elements[f"{{{NAMESPACES[prefix]}}}{local}"]

    def groups(self) -> dict[str, list[Place]]:
        """Every group that can be reached from the root, by its official name: its elements in order."""
        found: dict[str, list[Place]] = {}
        todo = [_qualified(self._root, str(self._root.get("type")))]
        while todo:
            name = todo.pop()
            body = self._body(name)
            if name in found or body is None:
                continue
            found[name] = [self._place(each, name) for each in body.iterchildren(f"{_XS}element")]
            todo.extend(holds.official_type for _, _, holds in found[name] if holds.reads is None)
        return found

    def _load(self, path: Path) -> None:
        if path in self._loaded:
            return
        self._loaded.add(path)
        root = etree.parse(path).getroot()
        for each in root.iterchildren(etree.Element):
            if each.tag in (f"{_XS}import", f"{_XS}include"):
                self._load((path.parent / str(each.get("schemaLocation"))).resolve())
            elif each.tag != f"{_XS}annotation":
                into = self._elements if each.tag == f"{_XS}element" else self._types
                into[f"{{{root.get('targetNamespace')}}}{each.get('name')}"] = each

    def _body(self, type_name: str) -> etree._Element | None:
        declared = self._types.get(type_name)
        return None if declared is None else next(declared.iterchildren(f"{_XS}sequence", f"{_XS}choice"), None)

    def _place(self, particle: etree._Element, group: str) -> Place:
        reference = particle.get("ref")
        if reference:
            name = _qualified(particle, reference)
            declared = self._elements[name]
        else:
            name, declared = group[: group.index("}") + 1] + str(particle.get("name")), particle
        occurs = _OCCURS[particle.get("minOccurs", "1"), particle.get("maxOccurs", "1")]
        if particle.getparent().tag == f"{_XS}choice":  # type: ignore[union-attr]
            occurs = "|"
        return name, occurs, self._holds(declared)

    def _holds(self, declared: etree._Element) -> Holds:
        written = declared.get("type")
        if written is None:
            return Holds("", *self._simple(declared))
        name = _qualified(declared, written)
        if name.startswith(_XS):
            return Holds(name, _READS[name.removeprefix(_XS)])
        if self._body(name) is not None:
            return Holds(name)
        return Holds(name, *self._simple(self._types[name]))

    def _simple(self, declared: etree._Element) -> tuple[Reading, Attributes]:
        """How a value reads, and its attributes, with those of the types it is derived from."""
        derived = next(declared.iter(f"{_XS}extension", f"{_XS}restriction"))
        base = _qualified(derived, str(derived.get("base")))
        if base.startswith(_XS):
            reads, inherited = _READS[base.removeprefix(_XS)], frozenset()
        else:
            reads, inherited = self._simple(self._types[base])
        if derived.find(f"{_XS}minLength") is not None:
            assert [each.get("value") for each in derived] == ["1", "3"]
            reads = Reading.UNIT
        own = {self._attribute(each) for each in derived.iterchildren(f"{_XS}attribute")}
        redefined = {name for name, *_ in own}
        return reads, frozenset(own | {each for each in inherited if each[0] not in redefined})

    def _attribute(self, declared: etree._Element) -> tuple[str, bool, Reading, str | None]:
        name = _qualified(declared, str(declared.get("type")))
        reads = _READS[name.removeprefix(_XS)] if name.startswith(_XS) else self._simple(self._types[name])[0]
        return str(declared.get("name")), declared.get("use") == "required", reads, declared.get("fixed")


def _qualified(element: etree._Element, name: str) -> str:
    prefix, _, local = name.rpartition(":")
    return f"{{{element.nsmap[prefix or None]}}}{local}"
