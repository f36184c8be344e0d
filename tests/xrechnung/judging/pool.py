"""What stands in other invoices, of either syntax."""

from collections import defaultdict
from collections.abc import Iterable

from lxml import etree

_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
_LONGEST = 200
"""Larger texts, attachments mostly, are not worth knowing."""
_MOST_EXAMPLES = 5


class Pool:
    """What stands in other invoices: values of each element and attribute, children of each element in their order."""

    def __init__(self, contents: Iterable[bytes]) -> None:
        self.values: defaultdict[str, set[str]] = defaultdict(set)
        self.attributes: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
        self.children: defaultdict[str, dict[str, list[etree._Element]]] = defaultdict(dict)
        self._after: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
        for content in contents:
            for element in etree.fromstring(content, _PARSER).iter(etree.Element):
                self._learn(element)

    def _learn(self, element: etree._Element) -> None:
        tag = str(element.tag)
        for name, value in element.attrib.items():
            self.attributes[tag].add((str(name), str(value)))
        children = _children(element)
        if not children and element.text and len(element.text) < _LONGEST:
            self.values[tag].add(element.text)
        for number, child in enumerate(children):
            examples = self.children[tag].setdefault(str(child.tag), [])
            if len(examples) < _MOST_EXAMPLES:
                examples.append(child)
            self._after[tag].update((str(child.tag), str(later.tag)) for later in children[number + 1 :])

    def place_for(self, parent: etree._Element, tag: str) -> int:
        """Where a child of this name goes among its siblings, as far as other invoices tell."""
        after = self._after[str(parent.tag)]
        place = 0
        for number, child in enumerate(parent):
            if isinstance(child.tag, str) and (child.tag == tag or (child.tag, tag) in after):
                place = number + 1
        return place


def _children(element: etree._Element) -> list[etree._Element]:
    return [child for child in element if isinstance(child.tag, str)]
