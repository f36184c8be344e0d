"""The German words of the approval of invoices: steps, certificates, rights, and what buttons are called."""

from collections.abc import Mapping
from enum import StrEnum

from eakte.foundation.mail import DigestState
from xrechnung.approval.rules.assignment import Criterion
from xrechnung.approval.rules.payment import BankCheck, BudgetState, OrderState, TaxTreatment
from xrechnung.approval.rules.signing import SigningAct
from xrechnung.approval.rules.workflow import ACT_WORDS, STEP_WORDS, Act, Certificate, InvoiceClass

APPROVAL_WORDS: tuple[tuple[StrEnum, str], ...] = (
    *STEP_WORDS.items(),
    *ACT_WORDS.items(),
    (Certificate.TECHNICAL, "fachtechnisch richtig"),
    (Certificate.FACTUAL, "sachlich richtig"),
    (Certificate.ARITHMETIC, "rechnerisch richtig"),
    (SigningAct.CERTIFY_TECHNICAL, "fachtechnisch feststellen"),
    (SigningAct.CERTIFY_FACTUAL, "sachlich feststellen"),
    (SigningAct.CERTIFY_ARITHMETIC, "rechnerisch feststellen"),
    (SigningAct.ORDER, "anordnen"),
    (InvoiceClass.PURCHASE_ORDER, "mit Bestellung"),
    (InvoiceClass.CONTRACT, "aus Vertrag"),
    (InvoiceClass.UTILITY_BILL, "Versorgung (Strom, Wasser, Gas)"),
    (InvoiceClass.CREDIT_NOTE, "Gutschrift"),
    (InvoiceClass.CORRECTED_INVOICE, "Rechnungskorrektur"),
    (InvoiceClass.ADVANCE_PAYMENT, "Abschlag, Vorauszahlung"),
    (InvoiceClass.FINAL_CONSTRUCTION, "Bau: Schlussrechnung"),
    (InvoiceClass.OTHER, "ohne Bestellung und Vertrag"),
    (BankCheck.OPEN, "noch nicht geprüft"),
    (BankCheck.NOT_NEEDED, "nicht nötig"),
    (BankCheck.FIRST, "erste Rechnung dieses Lieferanten"),
    (BankCheck.KNOWN, "bekannt"),
    (BankCheck.DIFFERENT, "weicht ab"),
    (BankCheck.CONFIRMED, "bestätigt"),
    (OrderState.OPEN, "wartet auf Abholung"),
    (OrderState.HANDED_OVER, "abgeholt"),
    (OrderState.TAKEN, "vom Finanzverfahren angenommen"),
    (OrderState.BOOKED, "gebucht"),
    (OrderState.FAILED, "nicht buchbar"),
    (OrderState.WITHDRAWN, "zurückgezogen"),
    (BudgetState.UNCHECKED, "nicht geprüft"),
    (BudgetState.AVAILABLE, "Mittel vorhanden"),
    (BudgetState.OVERSPENT, "Mittel überschritten"),
    (DigestState.WAITING, "wartet auf den Mailserver"),
    (DigestState.SENDING, "wird verschickt"),
    (DigestState.SENT, "verschickt"),
    (DigestState.DOUBTFUL, "vielleicht nicht angekommen, bitte nachfragen"),
    (DigestState.REFUSED, "nicht verschickt; gilt die Zurückweisung noch, bitte selbst schreiben"),
    (Criterion.LEITWEG_ID, "Leitweg-ID"),
    (Criterion.ORDER_NUMBER, "Bestellung"),
    (Criterion.CONTRACT, "Vertrag"),
    (Criterion.SUPPLIER, "Lieferant"),
    (Criterion.TEXT, "Text"),
    (TaxTreatment.INCLUDED, "brutto, kein Vorsteuerabzug"),
    (TaxTreatment.DEDUCTIBLE, "mit Vorsteuerabzug"),
    (TaxTreatment.REVERSE_CHARGE, "Steuer schuldet die Kommune (§ 13b UStG)"),
)

BUTTONS: Mapping[Act, str] = {
    Act.ACCEPT: "Trotz Beanstandung annehmen",
    Act.REJECT: "An den Lieferanten zurückweisen",
    Act.MARK_DUPLICATE: "Als Dublette kennzeichnen",
    Act.ASSIGN: "Einer Stelle zuweisen",
    Act.CLAIM: "Übernehmen",
    Act.HAND_BACK: "Zurücklegen",
    Act.CERTIFY_TECHNICAL: "Fachtechnisch richtig feststellen",
    Act.CERTIFY_FACTUAL: "Sachlich richtig feststellen",
    Act.CERTIFY_ARITHMETIC: "Rechnerisch richtig feststellen",
    Act.CERTIFY_COMBINED: "Sachlich und rechnerisch richtig feststellen",
    Act.CONFIRM_ACCOUNT: "Abweichende Bankverbindung bestätigen",
    Act.RETURN: "Zurückgeben",
    Act.ORDER: "Zahlung anordnen",
    Act.WITHDRAW: "Anordnung zurückziehen",
    Act.RECALL: "Vom Finanzverfahren zurückrufen",
    Act.HOLD: "Zurückstellen",
    Act.RESUME: "Wieder aufnehmen",
    Act.CANCEL: "Stornieren",
    Act.REOPEN: "Wieder aufnehmen",
}
"""What people are asked to do; acts of the house and of the finance system have no button."""
