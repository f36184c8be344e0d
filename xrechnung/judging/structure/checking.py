"""Checking the structure of an invoice against what the official schemas accept."""

from collections.abc import Mapping
from functools import cache, cached_property

from lxml import etree

from xrechnung.judging.structure.examining import Examiner, text_of
from xrechnung.judging.structure.facts import ROOTS, Reading, clark, library
from xrechnung.judging.structure.findings import SchemaFinding
from xrechnung.judging.structure.schema import compile_schema
from xrechnung.judging.structure.values import is_base64
from xrechnung.judging.tree import Fragment
from xrechnung.judging.verdict import Syntax

MOST_FINDINGS = 50
LARGE = 20_000
"""Elements from which libxml2 gets an invoice line by line: each fault costs it as much time as there are elements."""
_NO_TEXTS: Mapping[etree._Element, str] = {}
_COUNT = etree.XPath("count(descendant::*)")


class Structure:
    """What documents of one syntax look like. What is needed is made when it is needed first."""

    def __init__(self, syntax: Syntax) -> None:
        self._root = ROOTS[syntax]
        self._library = library(self._root.library)
        self._binaries = {
            member.element: clark(member.element)
            for group in self._library.groups.values()
            for member in group.members
            if member.holds in self._library.values and self._library.values[member.holds].reads is Reading.BINARY
        }

    def check(self, root: etree._Element, head: Fragment | None = None) -> tuple[SchemaFinding, ...]:
        """Where the document is not as the official schema wants it, in document order; nothing: it is sound.

        What is attached to the `head` of the invoice has been read with it, and need not be read once more.
        """
        attached = [node for name in self._binaries for node in head.named(name)] if head is not None else []
        texts = {node.element: node.text for node in attached if not node.kids}
        if root.tag == clark(self._root.element) and self._is_sound(root, texts):
            return ()
        return self.examine(root)

    def examine(self, root: etree._Element) -> tuple[SchemaFinding, ...]:
        """The same, element by element; `check` does so with what libxml2 refused."""
        return self._examiner.examine(root, MOST_FINDINGS)

    def _is_sound(self, element: etree._Element, texts: Mapping[etree._Element, str] = _NO_TEXTS) -> bool:
        """Whether libxml2 says at once that all is well with a document or a line of it."""
        if float(_COUNT(element)) >= LARGE:  # type: ignore[arg-type]
            return False
        if not (self._everyday.validate(element) or self.schema.validate(element)):
            return False
        return all(is_base64(texts.get(each) or text_of(each)) for each in element.iter(*self._binaries.values()))

    @cached_property
    def _everyday(self) -> etree.XMLSchema:
        return compile_schema(self._library, self._root, everyday=True)

    @cached_property
    def schema(self) -> etree.XMLSchema:
        """All of the schema; what it accepts is sound but for base64."""
        return compile_schema(self._library, self._root, everyday=False)

    @cached_property
    def _examiner(self) -> Examiner:
        return Examiner(self._library, self._root, self._is_sound)


@cache
def structure_of(syntax: Syntax) -> Structure:
    """The structure of documents of a syntax."""
    return Structure(syntax)
