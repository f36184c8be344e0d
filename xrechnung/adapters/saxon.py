"""Saxon (saxonche, an extra): XPath and XSLT beyond what lxml speaks, in one thread of its own.

Saxon reserves some 32 GB of addresses, though it fills only about 200 MB of memory. It writes what stops a stylesheet,
with pieces of the document, to the standard error of the process: run it where nobody keeps that.
"""

from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import Any

ADDRESS_SPACE_MB = 40_000
"""What a limit on addresses must allow."""


class SaxonMissing(Exception):
    """The package saxonche is not installed."""


class SaxonStopped(Exception):
    """An expression or a stylesheet has an error, or no result for this document."""


class Saxon:
    """One processor. It belongs to the thread that made it."""

    def __init__(self) -> None:
        if find_spec("saxonche") is None:
            raise SaxonMissing
        saxonche = import_module("saxonche")
        self._error: type[Exception] = saxonche.PySaxonApiError
        self._processor: Any = saxonche.PySaxonProcessor(license=False)
        # What comes with the stylesheets is all they may read: no file, no network.
        self._processor.set_configuration_property("http://saxon.sf.net/feature/allowedProtocols", "none")

    def document(self, text: str) -> Any:
        """A document as Saxon sees it."""
        try:
            return self._processor.parse_xml(xml_text=text)
        except self._error as error:
            raise SaxonStopped(str(error).strip()) from None

    def holds(self, expression: str, namespaces: Mapping[str, str], document: Any) -> bool:
        """Whether an XPath is true for a document."""
        xpath = self._processor.new_xpath_processor()
        for prefix, uri in namespaces.items():
            xpath.declare_namespace(prefix, uri)
        try:
            xpath.set_context(xdm_item=document)
            return bool(xpath.effective_boolean_value(expression))
        except self._error as error:
            raise SaxonStopped(str(error).strip()) from None

    def stylesheet(self, text: str) -> Any:
        """A stylesheet made ready to run; the official ones take a second each."""
        try:
            return self._processor.new_xslt30_processor().compile_stylesheet(stylesheet_text=text)
        except self._error as error:
            raise SaxonStopped(str(error).strip()) from None

    def transform(self, stylesheet: Any, document: Any) -> str:
        """What a stylesheet makes of a document."""
        try:
            made = stylesheet.transform_to_string(xdm_node=document)
        except self._error as error:
            raise SaxonStopped(str(error).strip()) from None
        return made or ""
