"""What the API shows of uploads."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from eakte.foundation.http import Shape


class UploadShape(Shape):
    """Übertragung in Teilen"""

    id: UUID = Field(title="Kennung")
    file_name: str = Field(title="Dateiname")
    size: int = Field(title="Größe in Bytes")
    sha256: str | None = Field(title="Angekündigter SHA-256")
    offset: int = Field(title="Bisher empfangene Bytes")
    complete: bool = Field(title="Vollständig")
    taken_as: UUID | None = Field(title="Rohscan, der daraus wurde")
    created_at: datetime = Field(title="Angelegt am")
    expires_at: datetime = Field(title="Verfällt")
