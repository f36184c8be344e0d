"""A UBL invoice with something else in it."""

from tests.support.invoices import XRECHNUNG, a_ubl_invoice

EXTENSION = f"{XRECHNUNG}#conformant#urn:xeinkauf.de:kosit:extension:xrechnung_3.0"
CVD = f"{XRECHNUNG}#compliant#urn:xeinkauf.de:kosit:xrechnung:cvd_0.9"
VAT = "<cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme>"


def edited(*changes: tuple[str, str], **values: str) -> bytes:
    """The invoice with each first text replaced by the second one, everywhere it stands."""
    text = a_ubl_invoice(**values).decode()
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return text.encode()


def before(tag: str, added: str) -> tuple[str, str]:
    """Something added before an element."""
    return f"<{tag}>", f"{added}<{tag}>"


def allowance(amount: str, *, charge: bool = False, category: str = "S", rate: str = "19") -> str:
    return (
        f"<cac:AllowanceCharge><cbc:ChargeIndicator>{str(charge).lower()}</cbc:ChargeIndicator>"
        f"<cbc:AllowanceChargeReason>Rabatt</cbc:AllowanceChargeReason>"
        f'<cbc:Amount currencyID="EUR">{amount}</cbc:Amount>'
        f"<cac:TaxCategory><cbc:ID>{category}</cbc:ID><cbc:Percent>{rate}</cbc:Percent>{VAT}</cac:TaxCategory>"
        "</cac:AllowanceCharge>"
    )


def category(code: str, rate: str | None = "0", *, reason: bool = False) -> tuple[tuple[str, str], ...]:
    """Another VAT category than S at 19 % on the line and in the breakdown."""
    percent = f"<cbc:Percent>{rate}</cbc:Percent>" if rate is not None else ""
    why = "<cbc:TaxExemptionReason>weil</cbc:TaxExemptionReason>" if reason else ""
    old = "<cbc:ID>S</cbc:ID><cbc:Percent>19</cbc:Percent>"
    return (
        (f"<cac:TaxCategory>{old}", f"<cac:TaxCategory><cbc:ID>{code}</cbc:ID>{percent}{why}"),
        (f"<cac:ClassifiedTaxCategory>{old}", f"<cac:ClassifiedTaxCategory><cbc:ID>{code}</cbc:ID>{percent}"),
    )
