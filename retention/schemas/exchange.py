"""Messages to and from archives as the API shows them."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from eakte.foundation.http import Shape
from retention.rules.disposal import Direction
from retention.rules.exchange import MessageType, XdomeaVersion


class FlawShape(Shape):
    """Was an einer Nachricht nicht stimmt"""

    code: str = Field(title="Kennzeichen", examples=["record-undecided"])
    message: str = Field(title="Was nicht stimmt")
    pointer: str = Field(title="Wo")


class MessageShape(Shape):
    """Nachricht an das Archiv oder von ihm"""

    id: UUID = Field(title="Kennung")
    list_id: UUID = Field(title="Aussonderungsverzeichnis")
    direction: Direction = Field(title="Richtung")
    message_type: MessageType = Field(title="Nachrichtentyp nach xdomea")
    version: XdomeaVersion | None = Field(title="xdomea-Version; leer, wenn sie nicht lesbar war")
    file_name: str = Field(title="Dateiname")
    sha256: str = Field(title="SHA-256 des Containers")
    size: int = Field(title="Größe in Byte")
    created_at: datetime = Field(title="Geschrieben oder eingegangen am")
    sent_at: datetime | None = Field(title="Dem Archiv bereitgestellt am")
    receipt_deadline: date | None = Field(title="Letzter Tag für die Empfangsbestätigung")
    deadline: date | None = Field(title="Letzter Tag für die Antwort")
    reminders: int = Field(title="Wie oft das Archiv darauf eine Frist versäumt hat")
    findings: list[FlawShape] = Field(title="Was daran nicht stimmt")
