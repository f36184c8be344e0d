"""What an index keeps of a document beside its terms: the texts for snippets, and all it needs to move house."""

import json
import zlib
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from uuid import UUID

from eakte.search.analysis import Reading, found_together
from eakte.search.index import IndexedDocument

_EFFORT = 1
"""How hard to compress: harder takes twice as long for a tenth of the size."""
_WORTH_SIGNING = 4
"""Documents of fewer pages are faster read through than looked up."""


@dataclass(frozen=True)
class Stored:
    """A document as the index keeps it: metadata, each page, and signatures of the pages' terms.

    `signatures` is empty for a short document; else it holds, per page, 16-bit hashes of the page's terms.
    """

    metadata: bytes
    pages: Sequence[bytes]
    signatures: Sequence[bytes]
    compressed: bool = False

    @cached_property
    def facts(self) -> IndexedDocument:
        """The document without its pages."""
        return _load(self._plain(self.metadata))

    def page(self, number: int) -> str:
        """Text of a page, counted from 1."""
        return self._plain(self.pages[number - 1]).decode("utf-8", "surrogatepass")

    def pages_with(self, terms: Iterable[str]) -> list[int]:
        """Pages that may hold any of the terms; all of them when the document is short."""
        numbers = range(1, len(self.pages) + 1)
        if not self.signatures:
            return list(numbers)
        wanted = {_hash(term) for term in terms}
        return [
            number for number in numbers if not wanted.isdisjoint(memoryview(self.signatures[number - 1]).cast("H"))
        ]

    def document(self) -> IndexedDocument:
        """The whole document, as it was handed in."""
        return _load(self._plain(self.metadata), tuple(self.page(number) for number in range(1, len(self.pages) + 1)))

    def compress(self) -> "Stored":
        """The same in less room, for engines that do not compress what they keep."""
        pages = [zlib.compress(page, _EFFORT) for page in self.pages]
        return Stored(zlib.compress(self.metadata, _EFFORT), pages, self.signatures, compressed=True)

    def _plain(self, kept: bytes) -> bytes:
        return zlib.decompress(kept) if self.compressed else kept


def store(document: IndexedDocument, pages: Sequence[str], read: Sequence[Reading]) -> Stored:
    """What to keep of a document; `pages` are its normalised texts and `read` what was read on each."""
    return Stored(
        metadata=_dump(document),
        pages=[page.encode("utf-8", "surrogatepass") for page in pages],
        signatures=[_sign(found_together([one]).all()) for one in read] if len(pages) >= _WORTH_SIGNING else [],
    )


def _hash(term: str) -> int:
    return zlib.crc32(term.encode()) & 0xFFFF


def _sign(terms: Iterable[str]) -> bytes:
    return array("H", {_hash(term) for term in terms}).tobytes()


def _dump(document: IndexedDocument) -> bytes:
    facts = {
        "id": document.id.hex,
        "dossier_id": document.dossier_id.hex,
        "case_id": document.case_id.hex,
        "reference": document.reference,
        "aliases": document.aliases,
        "title": document.title,
        "dossier_title": document.dossier_title,
        "case_title": document.case_title,
        "parties": document.parties,
        "kind": document.kind,
        "entry": document.entry,
        "entry_path": [entry.hex for entry in document.entry_path],
        "unit_id": document.unit_id.hex,
        "unit": document.unit,
        "confidentiality": document.confidentiality,
        "readers": None if document.readers is None else [reader.hex for reader in document.readers],
        "date": document.date.isoformat(),
        "keywords": document.keywords,
    }
    return json.dumps(facts, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def _load(metadata: bytes, pages: tuple[str, ...] = ()) -> IndexedDocument:
    facts = json.loads(metadata.decode("utf-8", "surrogatepass"))
    return IndexedDocument(
        id=UUID(facts["id"]),
        dossier_id=UUID(facts["dossier_id"]),
        case_id=UUID(facts["case_id"]),
        reference=facts["reference"],
        aliases=tuple(facts["aliases"]),
        title=facts["title"],
        dossier_title=facts["dossier_title"],
        case_title=facts["case_title"],
        parties=tuple(facts["parties"]),
        kind=facts["kind"],
        entry=facts["entry"],
        entry_path=tuple(map(UUID, facts["entry_path"])),
        unit_id=UUID(facts["unit_id"]),
        unit=facts["unit"],
        confidentiality=facts["confidentiality"],
        readers=None if facts["readers"] is None else tuple(map(UUID, facts["readers"])),
        date=date.fromisoformat(facts["date"]),
        pages=pages,
        keywords=tuple(facts["keywords"]),
    )
