"""The Transfervermerk: how paper became one scan product, and who answers for it.

Fields and their meaning: BSI TR-03138 (RESISCAN) A.NB.4, and the record of Deutsche Rentenversicherung
for replacement scanning.
"""

from datetime import UTC
from enum import StrEnum
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints, ValidationError, model_validator

from eakte.foundation.german import in_german
from ingest.proof.canonical import Part, Sealable, read_canonical
from ingest.proof.errors import TransferNoteIncomplete, TransferNoteUnreadable

LONGEST = 4000
Text = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST)]
Instant = Annotated[AwareDatetime, AfterValidator(lambda instant: instant.astimezone(UTC))]
Image = Annotated[int, Field(ge=1)]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class Creator(Part):
    """Who made the note (Ersteller): a person or a pseudonym. An organisation alone is forbidden (A.NB.4)."""

    name: Text
    pseudonym: bool = False


class Responsibilities(Part):
    """The organisational units: contractor (scannt), client (beauftragt), process owner (verantwortet)."""

    contractor: Text
    client: Text
    process_owner: Text


class Equipment(Part):
    """A device with its inventory number (Inventarnummer)."""

    name: Text
    inventory_number: Text


class Procedure(Part):
    """The described procedure (Verfahrensbeschreibung) the product was made under."""

    name: Text
    variant: Text
    version: Text


class PerformedBy(StrEnum):
    PERSON = "person"
    SERVICE = "service"


class Attribute(Part):
    """One fact of a process step; `anomaly` marks it as out of the ordinary."""

    name: Text
    value: str
    anomaly: bool = False


class ProcessStep(Part):
    """One step on the way from paper to product (Prozessschritt)."""

    name: Text
    done_at: Instant
    performed_by: PerformedBy
    performer: Text
    system: Text
    attributes: tuple[Attribute, ...] = ()


class AnomalyKind(StrEnum):
    """Kinds of what was out of the ordinary (Auffälligkeiten)."""

    RESCAN = "rescan"
    EXCLUDED_IMAGE = "excluded_image"
    PAPER_KEPT = "paper_kept"
    POOR_LEGIBILITY = "poor_legibility"
    CORRECTED_DATA = "corrected_data"
    CLERK_FINDING = "clerk_finding"
    OTHER = "other"


class Anomaly(Part):
    """One thing out of the ordinary. A rescan names the images it replaced and, if kept, their hashes."""

    kind: AnomalyKind
    description: Text
    images: tuple[Image, ...] = ()
    noted_at: Instant
    noted_by: Text
    replaced_sha256: tuple[Sha256, ...] = ()

    @model_validator(mode="after")
    def _rescan_names_its_images(self) -> Self:
        if self.kind is AnomalyKind.RESCAN and not self.images:
            raise ValueError("Ein Nachscan muss die ersetzten Bilder nennen.")
        return self


class Extent(StrEnum):
    """How much was looked at: every image (Vollprüfung) or a sample (Stichprobe)."""

    FULL = "full"
    SAMPLE = "sample"


class Verdict(StrEnum):
    PASSED = "passed"
    PASSED_WITH_REMARKS = "passed_with_remarks"
    REJECTED = "rejected"


class QualityCheck(Part):
    """The result of quality assurance; `sampled_percent` is the share of the batch that was looked at."""

    verdict: Verdict
    extent: Extent
    sampled_percent: Annotated[int, Field(ge=0, le=100)]
    checked_by: Text
    checked_at: Instant
    second_person: bool
    remarks: str = ""


class Conformity(Part):
    """The statement that the product matches the paper to the eye and in content.

    Source: § 7 (1) EGovG (bildliche und inhaltliche Übereinstimmung), A.NB.4.
    """

    visual: bool
    content: bool
    remarks: str = ""

    @model_validator(mode="after")
    def _mismatch_is_explained(self) -> Self:
        if not (self.visual and self.content) and not self.remarks:
            raise ValueError("Fehlt die Übereinstimmung, so ist zu sagen, worin.")
        return self


class MeansOfIntegrity(StrEnum):
    """What protects the product against unnoticed change (Integritätssicherung)."""

    HASH_IN_AUDIT_TRAIL = "hash_in_audit_trail"
    SELF_ISSUED_SEAL = "self_issued_seal"
    ADVANCED_SEAL = "advanced_seal"

    @property
    def german(self) -> str:
        match self:
            case MeansOfIntegrity.HASH_IN_AUDIT_TRAIL:
                return "SHA-256-Prüfliste, verankert in der Protokollkette; kein Siegel"
            case MeansOfIntegrity.SELF_ISSUED_SEAL:
                return "SHA-256-Prüfliste, gesiegelt: selbst ausgestellt, kein fortgeschrittenes Siegel"
            case MeansOfIntegrity.ADVANCED_SEAL:
                return "SHA-256-Prüfliste, gesiegelt mit dem eingerichteten Schlüssel (fortgeschrittenes Siegel)"


class TransferNote(Sealable):
    """The Transfervermerk of one scan product.

    `images` are the positions in the batch, from 1. `captured_at` is when the last sheet of this product was scanned.
    """

    format: Literal["eakte-transfer-note"] = "eakte-transfer-note"
    version: Literal[1] = 1
    document_id: UUID
    batch_id: UUID
    batch_name: Text
    images: Annotated[tuple[Image, ...], Field(min_length=1)]
    captured_at: Instant
    created_at: Instant
    creator: Creator
    units: Responsibilities
    operator: Text
    device: Equipment
    workstation: Equipment
    procedure: Procedure
    steps: Annotated[tuple[ProcessStep, ...], Field(min_length=1)]
    anomalies: tuple[Anomaly, ...] = ()
    quality: QualityCheck
    conformity: Conformity
    integrity: MeansOfIntegrity

    @model_validator(mode="after")
    def _creator_is_no_organisation(self) -> Self:
        units = (self.units.contractor, self.units.client, self.units.process_owner)
        if self.creator.name.casefold() in {unit.casefold() for unit in units}:
            raise ValueError("Ersteller ist eine Person oder ein Pseudonym; eine Organisation allein genügt nicht.")
        return self

    @model_validator(mode="after")
    def _images_are_counted_once(self) -> Self:
        if len(set(self.images)) < len(self.images):
            raise ValueError("Ein Bild ist zweimal aufgeführt.")
        return self


def write_transfer_note(**fields: Any) -> TransferNote:
    """Make a note, or say in German what is missing. Raises TransferNoteIncomplete."""
    try:
        return TransferNote(**fields)
    except ValidationError as error:
        raise TransferNoteIncomplete(problem=_first_problem(error)) from None


def read_transfer_note(data: bytes) -> TransferNote:
    """Read a note, strictly. Raises TransferNoteUnreadable for whatever `to_bytes` would not write."""
    try:
        return read_canonical(TransferNote, data)
    except ValueError as error:
        raise TransferNoteUnreadable(problem=str(error)) from None


def _first_problem(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(map(str, first["loc"]))
    sentence = in_german(first)
    return f"{place}: {sentence}" if place and first["type"] != "value_error" else sentence
