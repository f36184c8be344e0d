"""The sources of an installation, as its operator writes them down (Quellen einrichten), in TOML or JSON.

[[source]]
key = "scanner-eg"
kind = "folder"
as_identity = "scanstelle"
path = "/srv/scans"
into = "63.10-2026/0001"
"""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from eakte.documents.models import DocumentSource
from eakte.foundation.operator_files import must_differ, read_operator_file, secret_of
from ingest.batches.service.receiving import STANDARD_PROFILE, BatchDetails
from ingest.sources.errors import SourcesInvalid
from ingest.sources.stacking import PATIENCE, Patience


class _Definition(BaseModel):
    """What every source says: who takes its batches in, and where what they hold belongs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str = Field(min_length=1, max_length=60, pattern=r"[a-z0-9][a-z0-9._-]*")
    as_identity: str = Field(min_length=1)
    profile: str = STANDARD_PROFILE
    unit: str | None = None
    into: str | None = None
    device: str | None = None
    device_inventory: str | None = None
    workstation: str | None = None
    workstation_inventory: str | None = None
    box: str | None = None
    shelf: str | None = None

    @property
    def details(self) -> BatchDetails:
        said = self.model_dump(include=set(BatchDetails.__dataclass_fields__))
        return BatchDetails(**said, source=self.document_source, source_key=self.key)

    @property
    def document_source(self) -> DocumentSource:
        return DocumentSource.SCAN


class _Stacked(_Definition):
    """Places where files become stacks when nothing more comes; `after` is what is done with stored input."""

    settle_s: float = Field(PATIENCE.settle_s, ge=0)
    quiet_s: float = Field(PATIENCE.quiet_s, ge=0)
    longest_s: float = Field(PATIENCE.longest_s, ge=0)
    most_files: int = Field(PATIENCE.most_files, ge=1)
    poll_s: float = Field(30.0, gt=0)
    after: Literal["move", "remove"] = "move"

    @property
    def patience(self) -> Patience:
        return Patience(self.settle_s, self.quiet_s, self.longest_s, self.most_files)


class FolderSource(_Stacked):
    """A watched folder. `shared` is one on a network share, which tells of no change and has a clock of its own."""

    kind: Literal["folder"]
    path: Path
    shared: bool = False


class PrefixSource(_Stacked):
    """Objects below a prefix of a bucket that is not ours."""

    kind: Literal["s3"]
    endpoint: str
    bucket: str
    prefix: str = ""
    access_key: str = ""
    secret_key: SecretStr | None = None
    secret_key_file: Path | None = None
    secure: bool = True
    region: str = "us-east-1"
    timeout_s: float = Field(30.0, gt=0)

    @property
    def secret(self) -> str:
        return secret_of(self.secret_key, self.secret_key_file, SourcesInvalid)


class MailboxSource(_Definition):
    """A mailbox (IMAP). What is stored goes to `done_mailbox`, what is refused to `refused_mailbox`, if named."""

    kind: Literal["imap"]
    host: str
    port: int | None = None
    security: Literal["tls", "starttls", "none"] = "tls"
    trust: Path | None = None
    user: str
    password: SecretStr | None = None
    password_file: Path | None = None
    mailbox: str = "INBOX"
    done_mailbox: str | None = None
    refused_mailbox: str | None = None
    poll_s: float = Field(60.0, gt=0)
    timeout_s: float = Field(60.0, gt=0)
    max_message_mb: int = Field(150, ge=1)

    @property
    def secret(self) -> str:
        return secret_of(self.password, self.password_file, SourcesInvalid)

    @property
    def document_source(self) -> DocumentSource:
        return DocumentSource.EMAIL


Source = Annotated[FolderSource | PrefixSource | MailboxSource, Field(discriminator="kind")]


class _Sources(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    source: tuple[Source, ...] = ()


def load_sources(path: Path | None) -> tuple[Source, ...]:
    """The sources in a file, none without one. Raises SourcesInvalid, which names the first thing wrong."""
    if path is None:
        return ()
    sources = read_operator_file(path, _Sources, SourcesInvalid, kinds="„folder“, „s3“ oder „imap“").source
    must_differ(path, [source.key for source in sources], "Die Quelle", SourcesInvalid)
    return sources
