"""Where an invoice stands, what was done with it, and what may be done now."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from eakte.foundation.http import AN_ID, Shape
from eakte.foundation.mail import ADDRESS, DigestState
from xrechnung.approval.models.flow import InvoiceAct
from xrechnung.approval.rules.payment import BankCheck, OrderState
from xrechnung.approval.rules.workflow import ACT_WORDS, STEP_WORDS, Act, Certificate, InvoiceClass, Step
from xrechnung.approval.service.standing import Offer, Person, Standing
from xrechnung.schemas import Amount


class PersonShape(Shape):
    """Mensch, wie er hier heißt"""

    id: UUID = Field(title="Kennung")
    name: str = Field(title="Anzeigename")


class ApprovalShape(Shape):
    """Stand einer Rechnung im Rechnungslauf"""

    invoice_id: UUID = Field(title="Kennung der Rechnung")
    step: Step = Field(title="Bearbeitungsstand")
    step_word: str = Field(title="Bearbeitungsstand in Worten", examples=["zugewiesen"])
    step_since: datetime = Field(title="Seit wann sie dort steht")
    held_from: Step | None = Field(title="Wohin sie zurückkehrt, wenn sie zurückgestellt ist")
    kind: InvoiceClass = Field(title="Rechnungsart, nach der sich der Weg richtet")
    unit_id: UUID | None = Field(title="Stelle, bei der sie liegt; leer: zentrale Rechnungsstelle")
    unit: str | None = Field(title="Name der Stelle")
    claimed_by: PersonShape | None = Field(title="Wer sie übernommen hat")
    assigned_because: str | None = Field(title="Warum sie dieser Stelle zugewiesen ist")
    certificates: list[Certificate] = Field(title="Was in diesem Durchgang festgestellt ist")
    missing: list[Certificate] = Field(title="Was vor der Anordnung noch festzustellen ist")
    amount: Amount | None = Field(title="Betrag in Euro, mit dem Wertgrenzen verglichen werden")
    due_on: date = Field(title="Letzter Tag für die Zahlung")
    skonto_on: date | None = Field(title="Letzter Tag für das nächste erreichbare Skonto")
    urgent_on: date = Field(title="Bis dahin muss angeordnet sein, sonst geht etwas verloren")
    at_stake: Amount = Field(title="Skonto in Euro, das dann verloren geht")
    takes_skonto: bool = Field(title="Skonto wird gezogen")
    retained_percent: Amount = Field(title="Sicherheitseinbehalt in Prozent")
    bank_check: BankCheck = Field(title="Abgleich der Bankverbindung")
    account_lines: int = Field(title="Zeilen der Kontierung")
    fiscal_year: int = Field(title="Haushaltsjahr")
    order_number: str | None = Field(title="Nummer der geltenden Anordnung", examples=["AO-2026-000001"])
    order_state: OrderState | None = Field(title="Wie weit die Anordnung im Finanzverfahren ist")


class ActFields(Shape):
    """Bearbeitungsschritt, der getan werden soll"""

    act: Act = Field(title="Was getan wird", examples=["assign"])
    reason: str | None = Field(None, title="Warum", max_length=2000, examples=["Leistung nicht erbracht"])
    unit_id: UUID | None = Field(None, title="Wohin zugewiesen wird", examples=[AN_ID])
    original_id: UUID | None = Field(None, title="Rechnung, von der diese eine Dublette ist", examples=[AN_ID])
    mail_to: str | None = Field(
        None,
        title="An wen die Zurückweisung per E-Mail geht; leer: nur in die Akte",
        pattern=f"^{ADDRESS}$",
        examples=["rechnung@lieferant.example"],
    )


class ActShape(Shape):
    """Bearbeitungsschritt, der getan ist"""

    id: UUID = Field(title="Kennung")
    act: Act = Field(title="Was getan wurde")
    act_word: str = Field(title="Was getan wurde, in Worten", examples=["zur Zahlung angeordnet"])
    from_step: Step = Field(title="Bearbeitungsstand davor")
    to_step: Step = Field(title="Bearbeitungsstand danach")
    person: PersonShape | None = Field(title="Wer es getan hat; leer: die E-Akte selbst")
    principal: PersonShape | None = Field(title="Für wen, wenn in Vertretung")
    at: datetime = Field(title="Wann")
    reason: str | None = Field(title="Warum")
    amount: Amount | None = Field(title="Betrag in Euro, für den unterschrieben wurde")
    details: dict[str, Any] = Field(title="Was sonst dazugehört, etwa der Text an den Lieferanten")
    mail: DigestState | None = Field(title="Wie weit die E-Mail an den Lieferanten ist; leer: keine")


class ActsShape(Shape):
    """Alle Bearbeitungsschritte einer Rechnung, der Reihe nach"""

    items: list[ActShape] = Field(title="Einträge")


class PossibleActShape(Shape):
    """Bearbeitungsschritt, den der jetzige Stand zulässt"""

    act: Act = Field(title="Was getan werden kann")
    allowed: bool = Field(title="Sie dürfen es jetzt tun")
    needs_reason: bool = Field(title="Ein Grund ist anzugeben")
    obstacle: str | None = Field(title="Was dem entgegensteht")
    who_could: list[PersonShape] = Field(title="Wer es dürfte; die niedrigste ausreichende Wertgrenze zuerst")


class PossibleActsShape(Shape):
    """Was jetzt mit einer Rechnung getan werden kann"""

    items: list[PossibleActShape] = Field(title="Einträge")


def approval_shape(standing: Standing) -> ApprovalShape:
    approval, order = standing.approval, standing.order
    own = set(ApprovalShape.model_fields) - _COMPUTED
    return ApprovalShape(
        **{name: getattr(approval, name) for name in own},
        step_word=STEP_WORDS[approval.step],
        unit=standing.unit,
        claimed_by=person_shape(standing.claimed_by),
        missing=sorted(standing.missing),
        account_lines=standing.account_lines,
        bank_check=standing.bank_check,
        order_number=order.number if order is not None else None,
        order_state=order.state if order is not None else None,
    )


_COMPUTED = {
    "step_word",
    "unit",
    "claimed_by",
    "missing",
    "account_lines",
    "bank_check",
    "order_number",
    "order_state",
}


def person_shape(person: Person | None) -> PersonShape | None:
    return None if person is None else PersonShape(id=person.id, name=person.name)


def act_shape(act: InvoiceAct, people: Mapping[UUID, Person], mail: DigestState | None) -> ActShape:
    return ActShape(
        id=act.id,
        act=act.act,
        act_word=ACT_WORDS[act.act],
        from_step=act.from_step,
        to_step=act.to_step,
        person=person_shape(people.get(act.person_id)),
        principal=person_shape(people.get(act.principal_id)) if act.principal_id is not None else None,
        at=act.at,
        reason=act.reason,
        amount=act.amount,
        details=act.details,
        mail=mail,
    )


def possible_shape(offer: Offer) -> PossibleActShape:
    return PossibleActShape(
        act=offer.possible.act,
        allowed=offer.possible.allowed,
        needs_reason=offer.possible.needs_reason,
        obstacle=offer.possible.obstacle,
        who_could=[PersonShape(id=one.id, name=one.name) for one in offer.who_could],
    )
