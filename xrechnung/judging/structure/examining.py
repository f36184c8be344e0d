"""Looking at an invoice element by element: what is wrong with it, and where.

This is the last word: it agrees with the official validator also where libxml2 does not, and it explains. It is slower
than libxml2 and so looks only at what libxml2 refused.
"""

from collections.abc import Callable, Iterator
from itertools import islice

from lxml import etree

from xrechnung.judging.structure import findings
from xrechnung.judging.structure.facts import (
    EXTENSION_CONTENT,
    FOREIGN,
    Attribute,
    Group,
    Library,
    Reading,
    Root,
    Value,
    clark,
)
from xrechnung.judging.structure.findings import SchemaFinding
from xrechnung.judging.structure.values import WHITE_SPACE, reads_as
from xrechnung.judging.tree import LINES, collapse

_INSTANCE = "{http://www.w3.org/2001/XMLSchema-instance}"
_HINTS = frozenset({f"{_INSTANCE}schemaLocation", f"{_INSTANCE}noNamespaceSchemaLocation"})
_NIL, _TYPE = f"{_INSTANCE}nil", f"{_INSTANCE}type"
_EXTENSION = clark("ext:")
_SIGNATURES = "sig:UBLDocumentSignatures"


class Examiner:
    """Knows the structure of documents with one root."""

    def __init__(self, library: Library, root: Root, is_sound: Callable[[etree._Element], bool]) -> None:
        """`is_sound` may say of an invoice line that it need not be looked at."""
        self._library = library
        self._root = root
        self._is_sound = is_sound
        self._known = self._shared_elements()
        self._no_attributes: dict[str, Attribute] = {}

    def examine(self, document: etree._Element, most: int) -> tuple[SchemaFinding, ...]:
        """What is wrong with the document, the first so many places."""
        return tuple(islice(self._document(document), most))

    def _document(self, element: etree._Element) -> Iterator[SchemaFinding]:
        if element.tag != clark(self._root.element):
            yield findings.not_foreseen(element)
        else:
            yield from self._element(element, self._root.element, self._root.holds)

    def _shared_elements(self) -> dict[str, tuple[str, str]]:
        """Elements that are known wherever they stand, also inside an extension: their name and what they hold."""
        if not self._library.shares_elements:
            return {}
        members = (member for group in self._library.groups.values() for member in group.members)
        known = {clark(member.element): (member.element, member.holds) for member in members}
        known[clark(self._root.element)] = (self._root.element, self._root.holds)
        known[clark(_SIGNATURES)] = (_SIGNATURES, "UBLDocumentSignatures")
        return known

    def _element(self, element: etree._Element, name: str, holds: str) -> Iterator[SchemaFinding]:
        if holds == FOREIGN:
            for child in element.iterchildren(etree.Element):
                yield from self._lax(child)
            return
        value = self._library.values.get(holds)
        if element.attrib or value is not None:
            yield from self._attributes(element, name, holds, value)
        if value is not None:
            yield from self._value(element, value)
            return
        if holds == EXTENSION_CONTENT:
            yield from self._extension(element)
            return
        if stray := _stray_text(element):
            yield findings.stray_text(element, stray)
        group = self._library.groups[holds]
        yield from self._alternatives(element, group) if group.is_choice else self._sequence(element, group)

    def _attributes(
        self, element: etree._Element, name: str, holds: str, value: Value | None
    ) -> Iterator[SchemaFinding]:
        attributes = value.attributes if value is not None else self._no_attributes
        for written, text in element.attrib.items():
            attribute = attributes.get(str(written))
            if attribute is None:
                yield from self._undeclared(element, str(written), str(text), self._library.official_type(name, holds))
            elif attribute.only is not None:
                if collapse(str(text)) != attribute.only:
                    yield findings.attribute_other_than(element, attribute.name, str(text), attribute.only)
            elif not reads_as(attribute.reads, str(text)):
                yield findings.attribute_unreadable(element, attribute.name, str(text), attribute.reads)
        for attribute in attributes.values():
            if attribute.must_stand and attribute.name not in element.attrib:
                yield findings.attribute_missing(element, attribute.name)

    def _undeclared(self, element: etree._Element, name: str, text: str, official_type: str) -> Iterator[SchemaFinding]:
        if name in _HINTS:
            return
        if name == _NIL:
            yield findings.nil_not_foreseen(element, name)
        elif name == _TYPE:
            prefix, _, local = collapse(text).rpartition(":")
            namespace = element.nsmap.get(prefix or None)
            if (f"{{{namespace}}}{local}" if namespace else local) != official_type:
                yield findings.other_type(element, name, text)
        else:
            yield findings.attribute_not_foreseen(element, name)

    def _value(self, element: etree._Element, value: Value) -> Iterator[SchemaFinding]:
        inside = next(element.iterchildren(etree.Element), None)
        if inside is not None:
            yield findings.elements_in_value(element, inside)
        elif value.reads is not Reading.TEXT:
            text = text_of(element)
            if not reads_as(value.reads, text):
                yield findings.unreadable(element, text, value.reads)

    def _sequence(self, parent: etree._Element, group: Group) -> Iterator[SchemaFinding]:
        """Children in the prescribed order; one that is out of place is named once, and the others go on."""
        members, places = group.members, group.places
        at, count = 0, 0
        later: set[str] | None = None
        for child in parent.iterchildren(etree.Element):
            place = places.get(str(child.tag))
            if place is None:
                yield findings.not_foreseen(child, group.meant_by(etree.QName(child).localname))
                continue
            member = members[place]
            if place < at:
                yield findings.misplaced(child, members[at].element)
            elif place == at:
                count += 1
                if count > 1 and not member.may_repeat:
                    yield findings.too_many(child)
            else:
                for skipped in members[at + (count > 0) : place]:
                    if skipped.must_stand:
                        if later is None:
                            later = {str(each.tag) for each in parent.iterchildren(etree.Element)}
                        if clark(skipped.element) not in later:
                            yield findings.missing(parent, [skipped.element], child)
                at, count = place, 1
            if member.element not in LINES or not self._is_sound(child):
                yield from self._element(child, member.element, member.holds)
        for skipped in members[at + (count > 0) :]:
            if skipped.must_stand:
                yield findings.missing(parent, [skipped.element], None)

    def _alternatives(self, parent: etree._Element, group: Group) -> Iterator[SchemaFinding]:
        """Exactly one child, of any of the names."""
        first: etree._Element | None = None
        for child in parent.iterchildren(etree.Element):
            place = group.places.get(str(child.tag))
            if place is None:
                yield findings.not_foreseen(child, group.meant_by(etree.QName(child).localname))
                continue
            if first is None:
                first = child
            else:
                yield findings.not_beside(child, first)
            yield from self._element(child, group.members[place].element, group.members[place].holds)
        if first is None:
            yield findings.missing(parent, [member.element for member in group.members], None)

    def _extension(self, element: etree._Element) -> Iterator[SchemaFinding]:
        """One element of another namespace; what we know of it must be sound, the rest is as it is."""
        if stray := _stray_text(element):
            yield findings.stray_text(element, stray)
        children = list(element.iterchildren(etree.Element))
        if not children:
            yield findings.missing(element, ["einer Erweiterung"], None)
        for number, child in enumerate(children):
            if number or not str(child.tag).startswith("{") or str(child.tag).startswith(_EXTENSION):
                yield findings.not_foreseen(child)
            else:
                yield from self._lax(child)

    def _lax(self, element: etree._Element) -> Iterator[SchemaFinding]:
        known = self._known.get(str(element.tag))
        if known is not None:
            yield from self._element(element, *known)
        else:
            for child in element.iterchildren(etree.Element):
                yield from self._lax(child)


def text_of(element: etree._Element) -> str:
    """The text of a value; comments and processing instructions in it do not count."""
    if not len(element):
        return element.text or ""
    return "".join([element.text or "", *(child.tail or "" for child in element)])


def _stray_text(element: etree._Element) -> str:
    """Text between elements, where there should be none."""
    for text in (element.text, *(child.tail for child in element)):
        if text and (stripped := text.strip(WHITE_SPACE)):
            return stripped
    return ""
