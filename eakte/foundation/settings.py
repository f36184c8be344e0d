"""Everything an operator can set, one frozen object with a section per package.

Read once in the entry points from the environment (`EAKTE_<SECTION>__<NAME>`) and from `.env`.
"""

import os
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

# In a checkout the state lies beside the sources, from whichever folder a command is typed.
_CHECKOUT = Path(__file__).parents[2]
_VAR = _CHECKOUT / "var" if (_CHECKOUT / "pyproject.toml").exists() else Path("var")


class Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class DatabaseSettings(Section):
    """PostgreSQL. Without a DSN the embedded server under `var/` is used."""

    dsn: SecretStr = SecretStr("")
    pool_size: int = 20


class StorageSettings(Section):
    """S3-compatible object storage. Without an endpoint the embedded one under `var/` is used."""

    endpoint: str = ""
    access_key: str = ""
    secret_key: SecretStr = SecretStr("")
    secure: bool = False
    region: str = "us-east-1"
    bucket: str = "eakte"
    timeout_s: float = 30.0


class SearchSettings(Section):
    """Which engine answers. `tantivy` and `whoosh` keep files under `directory`."""

    engine: Literal["tantivy", "whoosh", "postgres"] = "tantivy"
    directory: Path | None = None


class ApiSettings(Section):
    host: str = "127.0.0.1"
    port: int = 0
    threads: int = 40
    max_upload_mb: int = 4096
    public_url: str = ""


class AccessSettings(Section):
    session_hours: int = 12
    login_attempts: int = 10
    login_window_s: int = 300


class AuditSettings(Section):
    """`key` signs the chain; whoever only reaches the database cannot forge it.

    Who reads a record whose reading is logged is noted once in `reading_minutes`.
    """

    key: SecretStr = SecretStr("")
    reading_minutes: int = Field(default=10, ge=0)


class IngestSettings(Section):
    """Limits of one file on its way through recognition, and the programs of others that help.

    A file may take `timeout_s`, and `page_timeout_s` more for each of its pages. `soffice` (a name or a path) lays
    office files out; it counts only where it is installed. `verapdf` gives a second opinion on PDF/A.
    """

    language: str = "deu"
    timeout_s: float = 1800.0
    page_timeout_s: float = 20.0
    memory_mb: int = 1400
    max_pages: int = 10_000
    max_megapixels: int = 180
    max_file_mb: int = 4096
    attempts: int = 5
    soffice: str = "soffice"
    verapdf: Path | None = None


class ClamdSettings(Section):
    """The virus scanner: a socket's path or `host:port`. Without one nothing is scanned, and the worker says so."""

    address: str = ""
    timeout_s: float = 120.0


class SourcesSettings(Section):
    """`file` lists watched folders, S3 prefixes and mailboxes, in TOML or JSON. Without one only uploads come in."""

    file: Path | None = None


class UploadsSettings(Section):
    """Uploads in parts. Their bucket needs neither versions nor locks; unnamed, it is the other's with `-uploads`."""

    bucket: str = ""
    hours: int = 24
    max_open: int = 200


class SealSettings(Section):
    """The key that seals scan products, and the timestamp service. Without a key one is made under `var/secrets`.

    `password` opens the PKCS#12 file or is the PIN of the PKCS#11 token. `chain` holds intermediate certificates,
    `trust` the roots that seals and signatures of others are checked against; both are PEM or DER.
    """

    pkcs12: Path | None = None
    pkcs11_module: Path | None = None
    pkcs11_token: str = ""
    pkcs11_label: str = ""
    password: SecretStr = SecretStr("")
    chain: Path | None = None
    trust: Path | None = None
    timestamp_url: str = ""
    timestamp_timeout_s: float = 10.0
    own_key: bool = True


def _pairs(value: Any) -> Any:
    """A mapping that may be part of a key, as settings are."""
    return tuple(sorted(value.items())) if isinstance(value, dict) else value


class XrechnungSettings(Section):
    """What checking one invoice may cost, and how often it is tried.

    `kosit_bundle` is the official configuration, a ZIP file or a folder; with it a second opinion is sought.
    `land` is the Land whose public holidays count, by its two letters; `skonto_from` says whether days of Skonto count
    from the date of the invoice, as is custom, or from its receipt, where the city's own terms of purchase say so.
    `exchange_rates` say how many euros one unit of a currency is worth where signing limits are asked. What ends
    without payment is filed `file_after_days` days later. When `rush_from` invoices come in five minutes, views,
    archival renditions and attachments of the next are made `rush_wait_min` minutes later; who looks sees the view.
    """

    timeout_s: float = 180.0
    memory_mb: int = 2000
    attempts: int = 5
    kosit_bundle: Path | None = None
    land: str = Field(default="BY", pattern="^(BW|BY|BE|BB|HB|HH|HE|MV|NI|NW|RP|SL|SN|ST|SH|TH)$")
    skonto_from: Literal["issue", "receipt"] = "issue"
    exchange_rates: Annotated[tuple[tuple[str, Decimal], ...], BeforeValidator(_pairs)] = ()
    file_after_days: int = Field(default=30, ge=0)
    rush_from: int = Field(default=30, ge=0)
    rush_wait_min: int = Field(default=20, ge=0)


class FinanceSettings(Section):
    """The finance system (HKR). It fetches payment orders itself; with `webhook_url` they are sent to it as well.

    `webhook_secret` signs what is sent (Standard Webhooks, `whsec_…`). With `budget_url` it is asked whether there is
    money left. `debtor_…` is the city's own account in SEPA files.
    """

    webhook_url: str = ""
    webhook_secret: SecretStr = SecretStr("")
    budget_url: str = ""
    budget_token: SecretStr = SecretStr("")
    timeout_s: float = 10.0
    debtor_name: str = ""
    debtor_iban: str = ""
    debtor_bic: str = ""


class SmtpSettings(Section):
    """The mail server that reminders go out by. Without a host no mail is sent; the work lists say the same."""

    host: str = ""
    port: int = 587
    tls: Literal["starttls", "tls", "none"] = "starttls"
    user: str = ""
    password: SecretStr = SecretStr("")
    sender: str = "e-akte@localhost"
    timeout_s: float = 30.0


class RetentionSettings(Section):
    """Disposal. `archives` lists the partner archives, in TOML or JSON.

    Between the release of a destruction and its first day lie `waiting_days`. Reports are filed in the dossier
    `report_dossier` (its reference) where a list names none.
    """

    archives: Path | None = None
    waiting_days: int = Field(default=14, ge=0)
    report_dossier: str = ""


class PrivacySettings(Section):
    """Requests of data subjects. Reports are personal data themselves, and erased `report_days` after they are made.

    Who asked and what was found is deleted `forget_after_years` after a request was closed.
    """

    report_days: int = Field(default=30, ge=0)
    forget_after_years: int = Field(default=3, ge=0)


class ClientSettings(Section):
    """How the command line reaches a server that is not on this machine."""

    url: str = ""
    token: SecretStr = SecretStr("")


class WorkerSettings(Section):
    """`concurrency` files are recognised at a time, and as many pages of them."""

    concurrency: int = 0
    heartbeat_s: float = 2.0
    stalled_s: float = 8.0

    @property
    def cores(self) -> int:
        """How many recognitions run at a time: as configured, else one per core."""
        return self.concurrency or os.cpu_count() or 1


class Settings(BaseSettings):
    """The whole configuration. See README for the table of names."""

    model_config = SettingsConfigDict(
        env_prefix="EAKTE_", env_nested_delimiter="__", env_file=".env", frozen=True, extra="ignore"
    )

    var: Path = _VAR
    log_format: Literal["console", "json"] = "console"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    database: DatabaseSettings = DatabaseSettings()
    storage: StorageSettings = StorageSettings()
    search: SearchSettings = SearchSettings()
    api: ApiSettings = ApiSettings()
    access: AccessSettings = AccessSettings()
    audit: AuditSettings = AuditSettings()
    ingest: IngestSettings = IngestSettings()
    clamd: ClamdSettings = ClamdSettings()
    sources: SourcesSettings = SourcesSettings()
    uploads: UploadsSettings = UploadsSettings()
    seal: SealSettings = SealSettings()
    xrechnung: XrechnungSettings = XrechnungSettings()
    finance: FinanceSettings = FinanceSettings()
    smtp: SmtpSettings = SmtpSettings()
    retention: RetentionSettings = RetentionSettings()
    privacy: PrivacySettings = PrivacySettings()
    worker: WorkerSettings = WorkerSettings()
    client: ClientSettings = ClientSettings()

    @property
    def search_directory(self) -> Path:
        return self.search.directory or self.var / "search"

    @property
    def own_seals(self) -> Path:
        """Where keys lie that this installation made for itself."""
        return self.var / "secrets" / "seal"
