"""Roles, permissions and confidentiality: what a role allows and which level covers which."""

from enum import StrEnum


class Permission(StrEnum):
    """What can be done; every load of a record names one."""

    READ = "record:read"
    READ_CONTENT = "record:read-content"
    SEE_AUDIT = "record:see-audit"
    CREATE_DOSSIER = "dossier:create"
    CREATE_CASE = "case:create"
    FILE_DOCUMENT = "document:file"
    EDIT = "record:edit"
    CLOSE = "record:close"
    REOPEN = "record:reopen"
    CANCEL = "record:cancel"
    REFILE = "record:refile"
    PROTECT = "record:protect"
    RESTRICT_PROCESSING = "record:restrict-processing"
    MANAGE_PLAN = "plan:manage"
    MANAGE_ACCESS = "access:manage"
    ARRANGE_ABSENCES = "absence:arrange"
    INGEST = "ingest:use"
    MANAGE_INGEST = "ingest:manage"
    CHECK_SCANS = "scan:check"
    RELEASE_SCANS = "scan:release"
    DESTROY_PAPER = "paper:destroy"
    RELEASE_QUARANTINE = "quarantine:release"
    MANAGE_SYSTEM = "system:manage"
    MANAGE_PRIVACY = "privacy:manage"
    WORK_INVOICES = "invoice:work"
    HANDLE_INVOICES = "invoice:handle"
    SEE_INVOICE_FIGURES = "invoice:see-figures"
    MANAGE_SIGNING = "invoice:manage-signing"
    TAKE_ORDERS = "invoice:take-orders"
    MANAGE_RETENTION = "retention:manage"
    OVERRIDE_RETENTION = "retention:override"
    MANAGE_HOLDS = "hold:manage"
    DISPOSE = "disposal:prepare"
    REVIEW_DISPOSAL = "disposal:review"
    RELEASE_DISPOSAL = "disposal:release"


class Role(StrEnum):
    """The positions (Stellen) a person or client acts in."""

    RECORDS_MANAGER = "records_manager"
    CLERK = "clerk"
    SUBJECT_ADMIN = "subject_admin"
    REGISTRY = "registry"
    SECRETARY = "secretary"
    HEAD = "head"
    ARCHIVIST = "archivist"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"
    ACCOUNTING = "accounting"
    FINANCE_SYSTEM = "finance_system"
    DATA_PROTECTION_OFFICER = "data_protection_officer"


_WORK = frozenset(
    {
        Permission.READ,
        Permission.READ_CONTENT,
        Permission.CREATE_CASE,
        Permission.FILE_DOCUMENT,
        Permission.EDIT,
        Permission.INGEST,
        Permission.WORK_INVOICES,
    }
)

# A records manager reads nothing by that role alone, an archivist reads metadata but no contents,
# an administrator manages people and machines but sees no record; who may sign what is entered by one of them, as the
# service instruction says. Central accounting sends invoices on their way, but certifies and orders by right only.
PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.RECORDS_MANAGER: frozenset(
        {
            Permission.MANAGE_PLAN,
            Permission.CREATE_DOSSIER,
            Permission.CLOSE,
            Permission.REOPEN,
            Permission.CANCEL,
            Permission.REFILE,
            Permission.PROTECT,
            Permission.SEE_AUDIT,
            Permission.RELEASE_SCANS,
            Permission.DESTROY_PAPER,
            Permission.MANAGE_RETENTION,
            Permission.OVERRIDE_RETENTION,
            Permission.MANAGE_HOLDS,
            Permission.DISPOSE,
            Permission.REVIEW_DISPOSAL,
            Permission.RELEASE_DISPOSAL,
        }
    ),
    Role.CLERK: _WORK | {Permission.CREATE_DOSSIER, Permission.CLOSE},
    Role.SUBJECT_ADMIN: frozenset({Permission.READ, Permission.EDIT, Permission.PROTECT}),
    Role.REGISTRY: _WORK
    | {
        Permission.CREATE_DOSSIER,
        Permission.CLOSE,
        Permission.REFILE,
        Permission.MANAGE_INGEST,
        Permission.CHECK_SCANS,
        Permission.RELEASE_SCANS,
    },
    Role.SECRETARY: _WORK - {Permission.CREATE_CASE},
    Role.HEAD: _WORK
    | {
        Permission.CREATE_DOSSIER,
        Permission.CLOSE,
        Permission.CANCEL,
        Permission.SEE_AUDIT,
        Permission.SEE_INVOICE_FIGURES,
        Permission.ARRANGE_ABSENCES,
    },
    Role.ARCHIVIST: frozenset({Permission.READ, Permission.REVIEW_DISPOSAL}),
    Role.AUDITOR: frozenset({Permission.READ, Permission.SEE_AUDIT, Permission.SEE_INVOICE_FIGURES}),
    Role.ADMINISTRATOR: frozenset(
        {
            Permission.MANAGE_ACCESS,
            Permission.MANAGE_SYSTEM,
            Permission.MANAGE_INGEST,
            Permission.RELEASE_QUARANTINE,
            Permission.MANAGE_SIGNING,
        }
    ),
    Role.ACCOUNTING: _WORK
    | {Permission.CREATE_DOSSIER, Permission.CLOSE, Permission.HANDLE_INVOICES, Permission.SEE_INVOICE_FIGURES},
    Role.FINANCE_SYSTEM: frozenset({Permission.TAKE_ORDERS}),
    # Gets access to personal data and to what is done with them: Art. 38 (2) DSGVO.
    Role.DATA_PROTECTION_OFFICER: frozenset(
        {
            Permission.READ,
            Permission.READ_CONTENT,
            Permission.SEE_AUDIT,
            Permission.RESTRICT_PROCESSING,
            Permission.MANAGE_PRIVACY,
        }
    ),
}


class Confidentiality(StrEnum):
    """Vertraulichkeitsstufe, weakest first. xdomea's codes are not in order, so only this order counts."""

    OPEN = "open"
    RESTRICTED = "restricted"
    CONFIDENTIAL = "confidential"
    SECRET = "secret"  # noqa: S105  a level, no password
    TOP_SECRET = "top_secret"  # noqa: S105

    def covers(self) -> frozenset["Confidentiality"]:
        """This level and every weaker one."""
        levels = list(Confidentiality)
        return frozenset(levels[: levels.index(self) + 1])


def strictest(*levels: Confidentiality) -> Confidentiality:
    """The strongest of some levels."""
    return max(levels, key=lambda level: list(Confidentiality).index(level))
