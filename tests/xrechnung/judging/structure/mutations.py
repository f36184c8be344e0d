"""Breaking an invoice by chance, in the ways software and people break them; and growing it by what may stand there."""

from collections.abc import Callable
from copy import deepcopy
from random import Random

from lxml import etree

from xrechnung.judging.structure.facts import (
    EXTENSION_CONTENT,
    FOREIGN,
    NAMESPACES,
    ROOTS,
    Library,
    Member,
    Reading,
    clark,
    library,
)
from xrechnung.judging.verdict import Syntax

_GOOD = {
    Reading.TEXT: ("Grünanlage", "", "A 1", "  x  ", "<&>"),
    Reading.DECIMAL: ("0", "-1.50", "+.5", "7.", "100000000000000000000000000.1"),
    Reading.DATE: ("2026-09-01", "2024-02-29", "2026-09-01Z", "2026-09-01+14:00"),
    Reading.TIME: ("12:00:00", "24:00:00", "23:59:59.9Z"),
    Reading.DATE_TIME: ("2026-09-01T12:00:00", "2026-09-01T12:00:00.5+01:00"),
    Reading.BOOLEAN: ("true", "0"),
    Reading.BINARY: ("QUJD", "", "QQ==", "QU JD\nQUI="),
    Reading.LANGUAGE: ("de", "de-DE"),
    Reading.URI: ("http://example.org/a?b=c#d", "urn:a:b", ""),
    Reading.UNIT: ("C62", "X"),
}
_BAD = {
    Reading.DECIMAL: ("", "1,5", "1e3", "1 000", "drei", "--1", "1.2.3"),
    Reading.DATE: ("", "01.09.2026", "2026-02-30", "20260901", "2026-9-1", "2026-09-01T00:00:00", "2026-09-01+15:00"),
    Reading.TIME: ("", "12:00", "25:00:00", "24:00:01"),
    Reading.DATE_TIME: ("", "2026-09-01", "2026-09-01 12:00:00"),
    Reading.BOOLEAN: ("", "ja", "TRUE", "2"),
    Reading.BINARY: ("QQ", "QR==", "QQ=", "=", "Q*=="),
    Reading.LANGUAGE: ("", "de_DE", "deutschlandisch"),
    Reading.URI: ("%zz", ":a", "a[b]", "1a:b"),
    Reading.UNIT: ("", "ABCD"),
}
_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
_ANY_VALUE = tuple(value for values in (*_GOOD.values(), *_BAD.values()) for value in values)
_OTHER_ATTRIBUTES = (
    *("currencyID", "unitCode", "schemeID", "fremd", "{urn:x}y", "{http://www.w3.org/XML/1998/namespace}lang"),
    *(f"{_XSI}schemaLocation", f"{_XSI}nil", f"{_XSI}type", f"{_XSI}fremd"),
)
_MOST_GROWN = 40


class Mutator:
    """Changes invoices of one syntax; the same random numbers give the same change."""

    def __init__(self, syntax: Syntax, random: Random) -> None:
        self._root = ROOTS[syntax]
        self._library: Library = library(self._root.library)
        self._random = random
        self._grown = 0
        self._ways: tuple[Callable[[etree._Element, str], None], ...] = (
            *(self._grow,) * 6,
            *(self._another_value,) * 4,
            *(self._another_attribute,) * 4,
            *(self._drop_attribute,) * 2,
            *(self._delete,) * 2,
            *(self._double, self._swap, self._move, self._rename, self._no_namespace),
            *(self._stray_text, self._element_inside, self._remark_inside, self._extend),
        )

    def change(self, invoice: etree._Element, times: int) -> etree._Element:
        """A copy of the invoice with some changes."""
        root = deepcopy(invoice)
        for _ in range(times):
            known = self._known_elements(root)
            element, holds = self._random.choice(known)
            self._random.choice(self._ways)(element, holds)
        return root

    def _known_elements(self, root: etree._Element) -> list[tuple[etree._Element, str]]:
        found = [(root, self._root.holds)]
        for element, holds in found:
            group = self._library.groups.get(holds)
            for child in element.iterchildren(etree.Element) if group else ():
                place = group.places.get(str(child.tag))  # type: ignore[union-attr]
                if place is not None:
                    found.append((child, group.members[place].holds))  # type: ignore[union-attr]
        return found

    def _grow(self, element: etree._Element, holds: str) -> None:
        """One more element the group may contain, usually where it belongs, with all it must contain."""
        group = self._library.groups.get(holds)
        if group is None:
            self._another_value(element, holds)
            return
        self._grown = 0
        place, member = self._random.choice(list(enumerate(group.members)))
        before = sum(group.places.get(str(child.tag), 0) <= place for child in element)
        element.insert(
            before if self._random.random() < 0.9 else self._random.randint(0, len(element)), self._made(member)
        )
        return

    def _made(self, member: Member) -> etree._Element:
        self._grown += 1
        prefix = member.element.partition(":")[0]
        element = etree.Element(clark(member.element), nsmap={prefix: NAMESPACES[prefix]})
        if member.holds == EXTENSION_CONTENT:
            element.append(etree.Element(self._random.choice((clark("cbc:ID"), "{urn:x}y"))))
        elif member.holds in self._library.values:
            value = self._library.values[member.holds]
            element.text = self._random.choice(_GOOD[value.reads])
            for attribute in value.attributes.values():
                if attribute.must_stand or self._random.random() < 0.3:
                    good = self._random.choice(_GOOD[attribute.reads])
                    element.set(attribute.name, good if attribute.only is None else attribute.only)
        else:
            group = self._library.groups[member.holds]
            wanted = [self._random.choice(group.members)] if group.is_choice else group.members
            element.extend(self._made(each) for each in wanted if self._wants(each))
        return element

    def _wants(self, member: Member) -> bool:
        if member.holds == FOREIGN:  # we do not judge it, the official schema does
            return False
        may_grow = self._grown < _MOST_GROWN and self._random.random() < 0.15
        return member.must_stand or member.is_alternative or may_grow

    def _another_value(self, element: etree._Element, holds: str) -> None:
        value = self._library.values.get(holds)
        if value is None:
            element.text = self._random.choice(("", " ", "\n", "x", "\u00a0"))
        elif self._random.random() < 0.4:
            element.text = self._random.choice(_GOOD[value.reads])
        else:
            element.text = self._random.choice(_BAD.get(value.reads, _ANY_VALUE))

    def _another_attribute(self, element: etree._Element, holds: str) -> None:
        value = self._library.values.get(holds)
        if value is not None and value.attributes and self._random.random() < 0.7:
            attribute = self._random.choice(list(value.attributes.values()))
            readings = (attribute.reads, attribute.reads, *Reading)
            texts = (*_GOOD[self._random.choice(readings)], *_BAD.get(attribute.reads, ()))
            given = self._random.choice(texts)
            element.set(attribute.name, attribute.only if attribute.only and self._random.random() < 0.5 else given)
        else:
            name = self._random.choice(_OTHER_ATTRIBUTES)
            element.set(name, self._random.choice(("EUR", "true", "cbc:IDType", "de")))

    def _drop_attribute(self, element: etree._Element, holds: str) -> None:
        if element.attrib:
            del element.attrib[self._random.choice(list(element.attrib))]

    def _delete(self, element: etree._Element, holds: str) -> None:
        parent = element.getparent()
        if parent is not None:
            parent.remove(element)

    def _double(self, element: etree._Element, holds: str) -> None:
        if element.getparent() is not None:
            element.addnext(deepcopy(element))

    def _swap(self, element: etree._Element, holds: str) -> None:
        following = element.getnext()
        if following is not None:
            following.addnext(element)

    def _move(self, element: etree._Element, holds: str) -> None:
        parent = element.getparent()
        if parent is not None and parent.getparent() is not None:
            parent.addnext(element)

    def _rename(self, element: etree._Element, holds: str) -> None:
        member = self._random.choice(self._random.choice(list(self._library.groups.values())).members)
        if member.holds != FOREIGN:
            element.tag = clark(member.element)

    def _no_namespace(self, element: etree._Element, holds: str) -> None:
        uri = self._random.choice((*NAMESPACES.values(), "urn:x", ""))
        local = etree.QName(element).localname
        element.tag = f"{{{uri}}}{local}" if uri else local

    def _stray_text(self, element: etree._Element, holds: str) -> None:
        if element.getparent() is not None:
            element.tail = self._random.choice(("x", "\n  ", "\u00a0"))

    def _element_inside(self, element: etree._Element, holds: str) -> None:
        element.append(etree.Element(self._random.choice(("fremd", "{urn:x}y", clark("cbc:ID"), clark("ram:ID")))))

    def _remark_inside(self, element: etree._Element, holds: str) -> None:
        remark = etree.Comment(" x ") if self._random.random() < 0.5 else etree.ProcessingInstruction("x", "y")
        remark.tail, element.text = element.text, None
        element.insert(0, remark)

    def _extend(self, element: etree._Element, holds: str) -> None:
        """An extension with something of ours or of nobody's in it."""
        if not self._library.shares_elements:
            return
        root = element.getroottree().getroot()
        extensions = etree.Element(clark("ext:UBLExtensions"), nsmap={"ext": NAMESPACES["ext"]})
        extension = etree.SubElement(extensions, clark("ext:UBLExtension"))
        content = etree.SubElement(extension, clark("ext:ExtensionContent"))
        for _ in range(self._random.choice((1, 1, 1, 0, 2))):
            group = self._library.groups[self._random.choice(("Party", "Item", "Invoice", "UBLDocumentSignatures"))]
            self._grown = 0
            inside = self._random.choice(
                (
                    self._made(self._random.choice(group.members)),
                    deepcopy(element) if element is not root else etree.Element("{urn:x}y"),
                    etree.Element(self._random.choice(("{urn:x}y", "fremd", clark("ext:UBLExtensions")))),
                )
            )
            inside.tail = None
            if self._random.random() < 0.5:
                wrapper = etree.Element("{urn:x}wrapper", attrib={"any": "thing"})
                wrapper.append(inside)
                inside = wrapper
            content.append(inside)
        root.insert(0, extensions)
