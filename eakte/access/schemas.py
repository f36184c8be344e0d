"""What the API shows and takes of identities, units, grants and tokens."""

from datetime import date, datetime
from uuid import UUID

from pydantic import AwareDatetime, Field

from eakte.access.models import IdentityKind
from eakte.access.rules import Confidentiality, Permission, Role
from eakte.foundation.http import AN_ID, Shape
from eakte.foundation.mail import ADDRESS


class Login(Shape):
    """Anmeldung"""

    login: str = Field(title="Benutzername", min_length=1, max_length=200, examples=["a.tschoepe"])
    password: str = Field(title="Kennwort", min_length=1, max_length=1000)


class TokenShape(Shape):
    """API-Token, ohne sein Geheimnis"""

    id: UUID = Field(title="Kennung")
    identity_id: UUID = Field(title="Kennung des Kontos")
    label: str = Field(title="Bezeichnung")
    created_at: datetime = Field(title="Angelegt am")
    expires_at: datetime | None = Field(title="Gültig bis")
    revoked_at: datetime | None = Field(title="Zurückgezogen am")


class NewTokenShape(TokenShape):
    """Neues API-Token; das Geheimnis wird nur dieses eine Mal gezeigt"""

    secret: str = Field(title="Geheimnis")


class NewToken(Shape):
    """Auftrag für ein API-Token"""

    label: str = Field(title="Bezeichnung", min_length=1, max_length=200, examples=["Fachverfahren Bauamt"])
    expires_at: AwareDatetime | None = Field(None, title="Gültig bis")


class UnitShape(Shape):
    """Organisationseinheit"""

    id: UUID = Field(title="Kennung")
    key: str = Field(title="Kennung", examples=["63"])
    name: str = Field(title="Name", examples=["Bauordnungsamt"])
    parent_id: UUID | None = Field(title="Übergeordnete Einheit")


class NewUnit(Shape):
    """Neue Organisationseinheit"""

    key: str = Field(title="Kennung", min_length=1, max_length=50, examples=["63"])
    name: str = Field(title="Name", min_length=1, max_length=300, examples=["Bauordnungsamt"])
    parent_id: UUID | None = Field(None, title="Übergeordnete Einheit")


class IdentityShape(Shape):
    """Person oder Fachverfahren"""

    id: UUID = Field(title="Kennung")
    kind: IdentityKind = Field(title="Art")
    login: str = Field(title="Benutzername")
    display_name: str = Field(title="Anzeigename")
    email: str | None = Field(title="E-Mail-Adresse für Erinnerungen")
    active: bool = Field(title="Aktiv")
    created_at: datetime = Field(title="Angelegt am")


class NewIdentity(Shape):
    """Neue Person oder neues Fachverfahren"""

    kind: IdentityKind = Field(title="Art")
    login: str = Field(title="Benutzername", min_length=1, max_length=200, pattern=r"^\S+$", examples=["a.tschoepe"])
    display_name: str = Field(title="Anzeigename", min_length=1, max_length=300)
    password: str | None = Field(None, title="Kennwort", max_length=1000)
    email: str | None = Field(None, title="E-Mail-Adresse für Erinnerungen", pattern=f"^{ADDRESS}$")


class IdentityPatch(Shape):
    """Änderung einer Person oder eines Fachverfahrens"""

    display_name: str | None = Field(
        None, title="Anzeigename", min_length=1, max_length=300, examples=["Annegret Tschöpe"]
    )
    email: str | None = Field(
        None,
        title="E-Mail-Adresse für Erinnerungen; leer: keine mehr",
        pattern=f"^({ADDRESS})?$",
        examples=["a.tschoepe@musterhausen.example"],
    )
    active: bool | None = Field(None, title="Aktiv", examples=[False])


class NewPassword(Shape):
    """Neues Kennwort"""

    password: str = Field(title="Kennwort", max_length=1000, examples=["Kastanie-Fahrrad-42"])


class OwnPassword(NewPassword):
    """Neues eigenes Kennwort, bestätigt durch das bisherige"""

    current_password: str = Field(
        title="Bisheriges Kennwort", min_length=1, max_length=1000, examples=["Regenschirm-Lampe-17"]
    )


class GrantFields(Shape):
    """Berechtigung: Rolle mit Geltungsbereich"""

    role: Role = Field(title="Rolle", examples=["clerk"])
    unit_id: UUID | None = Field(None, title="Organisationseinheit; leer: alle", examples=[AN_ID])
    entry_id: UUID | None = Field(None, title="Aktenplaneintrag; leer: alle", examples=[AN_ID])
    max_confidentiality: Confidentiality = Field(Confidentiality.RESTRICTED, title="Höchste Vertraulichkeitsstufe")
    valid_from: date | None = Field(None, title="Gültig ab", examples=["2026-12-01"])
    valid_until: date | None = Field(None, title="Gültig bis einschließlich", examples=["2027-11-30"])


class GrantShape(GrantFields):
    """Erteilte Berechtigung"""

    id: UUID = Field(title="Kennung")
    identity_id: UUID = Field(title="Kennung des Kontos")
    granted_by: UUID = Field(title="Erteilt von")
    granted_at: datetime = Field(title="Erteilt am")


class DeputyFields(Shape):
    """Vertretung"""

    deputy_id: UUID = Field(title="Wer vertritt", examples=[AN_ID])
    valid_from: date = Field(title="Gültig ab", examples=["2026-12-21"])
    valid_until: date = Field(title="Gültig bis", examples=["2027-01-06"])


class DeputyShape(DeputyFields):
    """Eingerichtete Vertretung"""

    id: UUID = Field(title="Kennung")
    principal_id: UUID = Field(title="Wer vertreten wird")
    appointed_by: UUID = Field(title="Bestellt von")
    appointed_at: datetime = Field(title="Bestellt am")


class MeShape(Shape):
    """Wer ich bin und was ich irgendwo darf"""

    id: UUID = Field(title="Kennung")
    login: str = Field(title="Benutzername")
    permissions: list[Permission] = Field(title="Rechte")
