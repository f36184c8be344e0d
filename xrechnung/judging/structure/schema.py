"""An XML Schema made from the tables, for the fast way: libxml2 says in no time that an invoice is sound.

What it accepts is always sound; what it refuses is looked at once more, element by element. So it may be narrower than
the official one where libxml2 reads values differently from the official validator (addresses, far-off years), leaves
out extensions, and exists in a small edition with nothing but what invoices use every day. Base64 it does not judge.
Invoice lines can be validated by themselves.
"""

from collections import defaultdict
from html import escape

from lxml import etree

from xrechnung.judging.structure.facts import NAMESPACES, Group, Library, Member, Reading, Root, Value
from xrechnung.judging.tree import LINES

_OCCURS = {
    "1": "",
    "|": "",
    "?": ' minOccurs="0"',
    "+": ' maxOccurs="unbounded"',
    "*": ' minOccurs="0" maxOccurs="unbounded"',
}
_READS = {
    Reading.TEXT: "xs:string",
    Reading.DECIMAL: "xs:decimal",
    Reading.DATE: "own:reads-date",
    Reading.TIME: "xs:time",
    Reading.DATE_TIME: "own:reads-date-time",
    Reading.BOOLEAN: "xs:boolean",
    Reading.BINARY: "xs:string",
    Reading.LANGUAGE: "xs:language",
    Reading.URI: "own:reads-uri",
    Reading.UNIT: "own:reads-unit",
}
_PATTERNS = {
    "reads-date": ("xs:date", "[0-9]{4}-.+"),
    "reads-date-time": ("xs:dateTime", "[0-9]{4}-.+"),
    "reads-uri": ("xs:string", "[a-z]+:(//)?[A-Za-z0-9][A-Za-z0-9_.!~*'();/:@&=+$,\\-]*"),
    "reads-unit": ("xs:token", "[!-~]{1,3}"),
}
_LEFT_OUT = {"ext:UBLExtensions"}
_NAMESPACES = {**NAMESPACES, "own": "urn:eakte:structure"}


def compile_schema(library: Library, root: Root, *, everyday: bool) -> etree.XMLSchema:
    """The schema for documents with this root; `everyday` gives the small edition."""
    documents = _Writer(library, root, everyday=everyday).documents()
    parser = etree.XMLParser(no_network=True, resolve_entities=False)
    parser.resolvers.add(_Memory(documents))
    return etree.XMLSchema(etree.fromstring(documents[root.element.partition(":")[0]], parser))


class _Memory(etree.Resolver):
    """Gives libxml2 the parts of the schema, one for each namespace, without files."""

    def __init__(self, documents: dict[str, str]) -> None:
        super().__init__()
        self._documents = documents

    def resolve(self, system_url: str, public_id: str, context: object) -> object:  # type: ignore[override]
        return self.resolve_string(self._documents[system_url.partition(":")[2]], context)  # type: ignore[call-arg]


class _Writer:
    """Writes one schema document for each namespace, with what can be reached from the root."""

    def __init__(self, library: Library, root: Root, *, everyday: bool) -> None:
        self._library = library
        self._root = root
        self._everyday = everyday
        self._homes: dict[str, str] = {}
        """Prefix of the document each type stands in."""
        self._elements: dict[str, str] = {}
        """What each element holds that is declared for itself, so that others refer to it."""
        self._parts: dict[str, list[str]] = defaultdict(list)

    def documents(self) -> dict[str, str]:
        groups = self._reachable()
        for group, members in groups:
            self._write_group(group, members)
        self._elements[self._root.element] = self._root.holds
        for element, holds in self._elements.items():
            prefix, _, local = element.partition(":")
            self._parts[prefix].append(f'<xs:element name="{local}" type="{self._type(holds)}"/>')
        self._parts["own"].extend(
            f'<xs:simpleType name="{name}"><xs:restriction base="{base}"><xs:pattern value="{escape(pattern)}"/>'
            "</xs:restriction></xs:simpleType>"
            for name, (base, pattern) in _PATTERNS.items()
        )
        return {prefix: self._document(prefix) for prefix in self._parts}

    def _reachable(self) -> list[tuple[Group, list[Member]]]:
        """The groups in use, each with its members in this edition."""
        found: list[tuple[Group, list[Member]]] = []
        todo = [self._root.holds]
        self._homes[self._root.holds] = self._root.element.partition(":")[0]
        while todo:
            group = self._library.groups[todo.pop()]
            members = [member for member in group.members if self._takes(member)]
            found.append((group, members))
            for member in members:
                if member.holds in self._homes:
                    continue
                if member.holds in self._library.values:
                    self._homes[member.holds] = "own"
                    self._write_value(self._library.values[member.holds])
                else:
                    self._homes[member.holds] = self._home(member)
                    todo.append(member.holds)
        return found

    def _takes(self, member: Member) -> bool:
        if member.element in _LEFT_OUT:
            return False
        return member.everyday or member.must_stand or not self._everyday

    def _home(self, member: Member) -> str:
        """Elements that are not shared are declared where they stand, and belong to the namespace of that document."""
        if self._library.shares_elements:
            return member.element.partition(":")[0]
        return self._library.groups[member.holds].members[0].element.partition(":")[0]

    def _type(self, holds: str) -> str:
        return f"{self._homes[holds]}:{holds.replace(':', '.')}"

    def _write_group(self, group: Group, members: list[Member]) -> None:
        kind = "choice" if group.is_choice else "sequence"
        written = "".join(self._particle(member) for member in members)
        self._parts[self._homes[group.name]].append(
            f'<xs:complexType name="{group.name.replace(":", ".")}"><xs:{kind}>{written}</xs:{kind}></xs:complexType>'
        )

    def _particle(self, member: Member) -> str:
        if self._library.shares_elements or member.element in LINES:
            self._elements[member.element] = member.holds
            return f'<xs:element ref="{member.element}"{_OCCURS[member.occurs]}/>'
        local = member.element.partition(":")[2]
        return f'<xs:element name="{local}" type="{self._type(member.holds)}"{_OCCURS[member.occurs]}/>'

    def _write_value(self, value: Value) -> None:
        attributes = "".join(
            f'<xs:attribute name="{each.name}" type="{_READS[each.reads] if each.only is None else "xs:token"}"'
            + (' use="required"' if each.must_stand else "")
            + (f' fixed="{escape(each.only)}"' if each.only is not None else "")
            + "/>"
            for each in value.attributes.values()
        )
        self._parts["own"].append(
            f'<xs:complexType name="{value.name.replace(":", ".")}"><xs:simpleContent>'
            f'<xs:extension base="{_READS[value.reads]}">{attributes}</xs:extension>'
            "</xs:simpleContent></xs:complexType>"
        )

    def _document(self, prefix: str) -> str:
        declared = "".join(f' xmlns:{each}="{uri}"' for each, uri in _NAMESPACES.items())
        where = ' schemaLocation="memory:{}"' if prefix == self._root.element.partition(":")[0] else ""
        imports = "".join(
            f'<xs:import namespace="{_NAMESPACES[other]}"{where.format(other)}/>'
            for other in self._parts
            if other != prefix
        )
        return (
            f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"{declared} targetNamespace="{_NAMESPACES[prefix]}"'
            f' elementFormDefault="qualified">{imports}{"".join(self._parts[prefix])}</xs:schema>'
        )
