"""The partner archives of an installation, as its operator writes them down (Partnerarchive), in TOML or JSON.

[[archive]]
key = "stadtarchiv"
name = "Stadtarchiv Musterhausen"
kind = "directory"
path = "/srv/aussonderung/stadtarchiv"
"""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from eakte.foundation.operator_files import must_differ, read_operator_file, secret_of
from retention.adapters.transport import Transport
from retention.adapters.transport.directory import DirectoryTransport
from retention.adapters.transport.webdav import WebdavTransport
from retention.errors import ArchivesInvalid, ArchiveUnknown
from retention.rules.exchange import Agency, XdomeaVersion


class _Agency(BaseModel):
    """Who is named in the head of messages. `prefix` and `agency_key` are the Behördenkennung."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1)
    short_name: str | None = None
    prefix: str | None = None
    agency_key: str | None = None

    def as_agency(self) -> Agency:
        return Agency(name=self.name, short_name=self.short_name, prefix=self.prefix, key=self.agency_key)


class _Partner(_Agency):
    """What every archive says: the version it reads, what it wants of each document, and how long it may take.

    `sender` is how the archive knows us. Days are calendar days after a message was laid out; afterwards people are
    told that the archive is silent.
    """

    key: str = Field(min_length=1, max_length=60, pattern=r"[a-z0-9][a-z0-9._-]*")
    version: XdomeaVersion = XdomeaVersion.V3_0_0
    sender: _Agency
    forms: Literal["archival", "original", "both"] = "both"
    receipt_days: int = Field(3, ge=1)
    appraisal_days: int = Field(180, ge=1)
    import_days: int = Field(60, ge=1)
    answer_folders: tuple[str, ...] = ()
    rest_s: float = Field(2.0, ge=0)


class DirectoryPartner(_Partner):
    """Exchange by a directory that both sides reach; `staging` must lie on the same file system."""

    kind: Literal["directory"]
    path: Path
    staging: Path | None = None

    def transport(self) -> Transport:
        return DirectoryTransport(
            self.path, staging=self.staging, answer_folders=self.answer_folders, rest_s=self.rest_s
        )


class WebdavPartner(_Partner):
    """Exchange by a WebDAV collection; `certificates` are authorities to trust instead of the usual ones."""

    kind: Literal["webdav"]
    url: str
    user: str | None = None
    password: SecretStr | None = None
    password_file: Path | None = None
    staging: str | None = None
    certificates: Path | None = None
    timeout_s: float = Field(60.0, gt=0)

    def transport(self) -> Transport:
        return WebdavTransport(
            self.url,
            user=self.user,
            password=secret_of(self.password, self.password_file, ArchivesInvalid),
            staging=self.staging,
            answer_folders=self.answer_folders,
            certificates=self.certificates,
            timeout_s=self.timeout_s,
            rest_s=self.rest_s,
        )


Partner = Annotated[DirectoryPartner | WebdavPartner, Field(discriminator="kind")]


class _Archives(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    archive: tuple[Partner, ...] = ()


def load_archives(path: Path | None) -> tuple[Partner, ...]:
    """The archives in a file, none without one. Raises ArchivesInvalid, which names the first thing wrong."""
    if path is None:
        return ()
    archives = read_operator_file(path, _Archives, ArchivesInvalid, kinds="„directory“ oder „webdav“").archive
    must_differ(path, [archive.key for archive in archives], "Das Archiv", ArchivesInvalid)
    return archives


def archive_called(path: Path | None, key: str) -> Partner:
    """One archive by its key. Raises ArchivesInvalid, ArchiveUnknown."""
    for archive in load_archives(path):
        if archive.key == key:
            return archive
    raise ArchiveUnknown(key=key)
