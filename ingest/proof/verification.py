"""Checking a stored product against its proof (Nachprüfung): what changed, what is missing, who attests the rest."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from ingest.adapters.cms_trust import TrustAnchors
from ingest.adapters.seal_checks import check_manifest_seal, check_pdf_seal
from ingest.adapters.transfer_note_pdf import note_in
from ingest.proof.errors import ManifestUnreadable, TransferNoteUnreadable
from ingest.proof.manifest import Difference, ProductFile, ProductManifest, compare, read_manifest
from ingest.proof.results import SealCheck, Stored, Trust

_TRUSTED = (Trust.TRUSTED, Trust.SELF_ISSUED)


@dataclass(frozen=True, slots=True)
class Proof:
    """What checking found. `problems` are German sentences, each naming its place; empty when the proof holds.

    `sealed_manifest` and `sealed_note` are None for a product that was never sealed.
    """

    differences: tuple[Difference, ...]
    sealed_manifest: SealCheck | None
    sealed_note: SealCheck | None
    problems: tuple[str, ...]

    @property
    def holds(self) -> bool:
        return not self.problems


def prove_product(
    *,
    manifest: Stored,
    manifest_seal: Stored | None,
    note: Stored,
    files: Iterable[ProductFile],
    anchors: TrustAnchors,
    at: datetime,
) -> Proof:
    """Check everything of one product again: each file, the Transfervermerk, the manifest, and the seals on both.

    `files` are the product's files as they are found now, among them `note`, the PDF of the Transfervermerk.
    `manifest_seal` is None for a product that was never sealed: there the recorded hashes are the proof.
    """
    seal_of_manifest = seal_of_note = None
    if manifest_seal is not None:
        seal_of_manifest = check_manifest_seal(manifest.content, manifest_seal.content, anchors, at=at)
        seal_of_note = check_pdf_seal(note.content, anchors, at=at)
    listed, unreadable = _readable(manifest.content)
    differences = tuple(compare(listed, files)) if listed is not None else ()
    problems = [
        *unreadable,
        *(each.german for each in differences),
        *_changed("Die Prüfliste", manifest),
        *_changed("Das Siegel der Prüfliste", manifest_seal),
        *_changed("Der Transfervermerk", note),
        *_seal_problems("Prüfliste", seal_of_manifest),
        *_seal_problems("Transfervermerk", seal_of_note),
        *_note_problems(listed, note),
    ]
    return Proof(differences, seal_of_manifest, seal_of_note, tuple(problems))


def _readable(manifest: bytes) -> tuple[ProductManifest | None, list[str]]:
    try:
        return read_manifest(manifest), []
    except ManifestUnreadable as error:
        return None, [str(error)]


def _changed(what: str, stored: Stored | None) -> list[str]:
    return [f"{what} wurde verändert."] if stored is not None and not stored.unchanged else []


def _seal_problems(what: str, check: SealCheck | None) -> list[str]:
    if check is None or (check.intact and check.trust in _TRUSTED):
        return []
    return [f"Siegel auf {what}: {check.problem}"]


def _note_problems(manifest: ProductManifest | None, note: Stored) -> list[str]:
    """A note that speaks of another product proves nothing about this one."""
    try:
        product = note_in(note.content).document_id
    except TransferNoteUnreadable as error:
        return [str(error)]
    if manifest is not None and product != manifest.document_id:
        return [f"Der Transfervermerk gehört zu einem anderen Dokument ({product})."]
    return []
