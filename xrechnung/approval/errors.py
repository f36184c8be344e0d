from eakte.foundation.errors import Conflict, Forbidden, Invalid, NotFound, Unavailable


class ActNotPossible(Conflict):
    """Das ist bei dieser Rechnung jetzt nicht möglich."""

    advice = "Sie steht auf „{step}“. Was jetzt möglich ist, zeigt die Rechnung selbst."


class ActNotYours(Forbidden):
    """Diese Handlung steht Ihnen bei dieser Rechnung nicht zu."""


class SignatureForbidden(Forbidden):
    """Sie dürfen das bei dieser Rechnung nicht unterschreiben."""

    advice = "{obstacle}"


class ReasonMissing(Invalid):
    """Hierfür ist ein Grund anzugeben."""


class TargetUnitMissing(Invalid):
    """An welche Stelle die Rechnung gehen soll, ist nicht gesagt."""


class OriginalInvoiceMissing(Invalid):
    """Welche Rechnung das Original der Dublette ist, ist nicht gesagt."""


class MailNotSetUp(Conflict):
    """Die E-Akte kann hier keine E-Mails verschicken."""

    advice = "Bitte ohne Adresse zurückweisen und dem Lieferanten schreiben, oder EAKTE_SMTP__HOST setzen lassen."


class ClaimedBySomebodyElse(Conflict):
    """Diese Rechnung wird schon bearbeitet."""

    advice = "Erst wenn sie zurückgelegt ist, kann jemand anderes sie übernehmen."


class ClaimedByNobody(Conflict):
    """Niemand hat diese Rechnung übernommen."""

    advice = "Zurücklegen lässt sich nur, was jemand übernommen hat."


class NotOrderable(Conflict):
    """Diese Rechnung kann noch nicht angeordnet werden."""

    advice = "{obstacle}"


class InvoiceNotAcceptable(Conflict):
    """Diese Rechnung kann auch von Hand nicht angenommen werden."""

    advice = "Nummer, Verkäufer oder Betrag sind nicht lesbar; bitte beim Lieferanten neu anfordern."


class ApprovalNotBegun(NotFound):
    """Diese Rechnung ist noch nicht im Rechnungslauf."""

    advice = "Sie wird noch formal geprüft."


class SigningRightNotFound(NotFound):
    """Diese Befugnis gibt es nicht."""


class SigningRightInvalid(Invalid):
    """So kann die Befugnis nicht erteilt werden."""

    advice = "{obstacle}"


class AccountLinesInvalid(Invalid):
    """Diese Kontierung geht nicht auf."""

    advice = "{obstacle}"


class AssignmentRuleNotFound(NotFound):
    """Diese Zuweisungsregel gibt es nicht."""


class AssignmentRuleInvalid(Invalid):
    """So kann die Zuweisungsregel nicht gelten."""

    advice = "{obstacle}"


class AssignmentRuleExists(Conflict):
    """Eine Regel mit diesem Muster gibt es schon."""

    advice = "Bitte die vorhandene löschen, wenn sich die Zuständigkeit geändert hat."


class PaymentOrderNotFound(NotFound):
    """Diese Anordnung gibt es nicht."""


class OrderNotGiven(Conflict):
    """Diese Anordnung ist noch nicht übergeben."""

    advice = "Bitte zuerst abholen (:claim); bis dahin kann sie noch zurückgezogen werden."


class OrderGone(Conflict):
    """Diese Anordnung gilt nicht mehr; sie darf nicht ausgeführt werden."""

    advice = "Sie wurde zurückgezogen oder als nicht buchbar gemeldet."


class OrderBookedAlready(Conflict):
    """Diese Anordnung ist schon anders als gebucht gemeldet."""

    advice = "Gemeldet ist die Buchung {ledger_number}."


class LeaseUnknown(Conflict):
    """Mit dieser Abholung wurde diese Anordnung nicht ausgegeben."""


class NothingToTransfer(Conflict):
    """Unter diesen Anordnungen ist keine SEPA-Überweisung."""

    advice = "Überwiesen werden nur abgeholte, nicht zurückgerufene Anordnungen in Euro mit gültiger IBAN."


class DebtorAccountMissing(Conflict):
    """Das Konto der Stadt für SEPA-Dateien ist nicht eingerichtet."""

    advice = "Bitte EAKTE_FINANCE__DEBTOR_NAME, …_IBAN und …_BIC setzen."


class FinanceSystemUnavailable(Unavailable):
    """Das Finanzverfahren nimmt die Anordnung nicht an."""


class CaseNotFree(Unavailable):
    """Der Vorgang der Rechnung lässt sich noch nicht schließen."""

    advice = "Er wird geschlossen, sobald nichts mehr darin unterwegs ist."
