"""Our hints on a whole invoice: the values they look at, by syntax, and where those stand."""

from collections.abc import Mapping, Sequence
from datetime import date
from re import ASCII, compile

from xrechnung.judging.hints.dates import date_hints
from xrechnung.judging.hints.hint import Hint
from xrechnung.judging.hints.iban import iban_hints
from xrechnung.judging.hints.leitweg_id import leitweg_id_hints
from xrechnung.judging.hints.skonto import parse_terms
from xrechnung.judging.hints.skonto_hints import skonto_hints
from xrechnung.judging.hints.vat_id import tax_number_hints, vat_id_hints
from xrechnung.judging.tree import Node, line_of, path_of
from xrechnung.judging.verdict import Finding, Severity, Syntax

_Path = tuple[str, ...]
_LEITWEG_SCHEME = "0204"
_DAY = compile(r"\s*(\d{4})-?(\d{2})-?(\d{2})(?:Z|[+-]\d{2}:\d{2})?\s*", ASCII)

_SELLER, _BUYER = ("cac:AccountingSupplierParty", "cac:Party"), ("cac:AccountingCustomerParty", "cac:Party")
_UBL: Mapping[str, tuple[_Path, ...]] = {
    "BT-2": (("cbc:IssueDate",),),
    "BT-9": (("cbc:DueDate",), ("cac:PaymentMeans", "cbc:PaymentDueDate")),
    "BT-10": (("cbc:BuyerReference",),),
    "BT-20": (("cac:PaymentTerms", "cbc:Note"),),
    "BT-40": ((*_SELLER, "cac:PostalAddress", "cac:Country", "cbc:IdentificationCode"),),
    "BT-49": ((*_BUYER, "cbc:EndpointID"),),
    "BG-16": (("cac:PaymentMeans",),),
    "seller registrations": ((*_SELLER, "cac:PartyTaxScheme"),),
    "buyer registrations": ((*_BUYER, "cac:PartyTaxScheme"),),
    "representative's registrations": (("cac:TaxRepresentativeParty", "cac:PartyTaxScheme"),),
}
_DEAL = "rsm:SupplyChainTradeTransaction"
_AGREEMENT = (_DEAL, "ram:ApplicableHeaderTradeAgreement")
_SETTLEMENT = (_DEAL, "ram:ApplicableHeaderTradeSettlement")
_TERMS = (*_SETTLEMENT, "ram:SpecifiedTradePaymentTerms")
_CII: Mapping[str, tuple[_Path, ...]] = {
    "BT-2": (("rsm:ExchangedDocument", "ram:IssueDateTime", "udt:DateTimeString"),),
    "BT-9": ((*_TERMS, "ram:DueDateDateTime", "udt:DateTimeString"),),
    "BT-10": ((*_AGREEMENT, "ram:BuyerReference"),),
    "BT-20": ((*_TERMS, "ram:Description"),),
    "BT-40": ((*_AGREEMENT, "ram:SellerTradeParty", "ram:PostalTradeAddress", "ram:CountryID"),),
    "BT-49": ((*_AGREEMENT, "ram:BuyerTradeParty", "ram:URIUniversalCommunication", "ram:URIID"),),
    "BG-16": ((*_SETTLEMENT, "ram:SpecifiedTradeSettlementPaymentMeans"),),
    "seller registrations": ((*_AGREEMENT, "ram:SellerTradeParty", "ram:SpecifiedTaxRegistration"),),
    "buyer registrations": ((*_AGREEMENT, "ram:BuyerTradeParty", "ram:SpecifiedTaxRegistration"),),
    "representative's registrations": (
        (*_AGREEMENT, "ram:SellerTaxRepresentativeTradeParty", "ram:SpecifiedTaxRegistration"),
    ),
}


def hints_on(root: Node, syntax: Syntax, *, today: date) -> tuple[Finding, ...]:
    """What accounting should look at besides the rules; `root` is the invoice's root node."""
    return tuple(
        Finding(
            hint.code,
            Severity.HINT,
            hint.message,
            hint.remedy,
            (hint.term,),
            path_of(node),
            line_of(node.element),
            official=False,
        )
        for node, hints in _hints(_Values(root, syntax), today)
        for hint in hints
    )


class _Values:
    """The nodes of an invoice by what they say."""

    def __init__(self, root: Node, syntax: Syntax) -> None:
        self._root = root
        self._paths = _UBL if syntax.is_ubl else _CII
        self.is_ubl = syntax.is_ubl

    def all(self, what: str) -> list[Node]:
        paths = self._paths[what]
        if len(paths) == 1:
            return self._root.at(*paths[0])
        return [node for path in paths for node in self._root.at(*path)]

    def first(self, what: str) -> Node | None:
        found = self.all(what)
        return found[0] if found else None


def _day(node: Node | None) -> date | None:
    written = _DAY.fullmatch(node.text) if node is not None else None
    if written is None:
        return None
    try:
        return date(int(written[1]), int(written[2]), int(written[3]))
    except ValueError:
        return None


_Found = list[tuple[Node, Sequence[Hint]]]


def _hints(values: _Values, today: date) -> _Found:
    found: _Found = []
    if (reference := values.first("BT-10")) is not None and reference.value:
        found.append((reference, leitweg_id_hints(reference.text)))
    address = values.first("BT-49")
    if address is not None and address.attributes.get("schemeID") == _LEITWEG_SCHEME:
        found.append((address, leitweg_id_hints(address.text, "BT-49")))
    _add_payment_hints(found, values)
    _add_registration_hints(found, values)
    issue_date, due_date = values.first("BT-2"), values.first("BT-9")
    issued, due = _day(issue_date), _day(due_date)
    if (dated := due_date or issue_date) is not None:
        found.append((dated, date_hints(issued, due, today)))
    if (terms := values.first("BT-20")) is not None:
        found.append((terms, skonto_hints(parse_terms(terms.text), issued, due)))
    return found


def _add_payment_hints(found: _Found, values: _Values) -> None:
    for means in values.all("BG-16"):
        code = means.first("cbc:PaymentMeansCode" if values.is_ubl else "ram:TypeCode")
        must_be_iban = code is not None and code.value == "58"
        for account in _accounts(means, is_ubl=values.is_ubl):
            found.append((account, iban_hints(account.text, must_be_iban=must_be_iban)))


def _accounts(means: Node, *, is_ubl: bool) -> list[Node]:
    if is_ubl:
        return means.at("cac:PayeeFinancialAccount", "cbc:ID")
    return means.at("ram:PayeePartyCreditorFinancialAccount", "ram:IBANID")


def _add_registration_hints(found: _Found, values: _Values) -> None:
    country = values.first("BT-40")
    for whose, term in (
        ("seller registrations", "BT-31"),
        ("buyer registrations", "BT-48"),
        ("representative's registrations", "BT-63"),
    ):
        for registration in values.all(whose):
            number, is_vat = _number(registration, is_ubl=values.is_ubl)
            if number is None:
                continue
            if is_vat:
                found.append((number, vat_id_hints(number.text, term)))
            elif term == "BT-31":
                hints = tax_number_hints(number.text, country.value if country is not None else None)
                found.append((number, hints))


def _number(registration: Node, *, is_ubl: bool) -> tuple[Node | None, bool]:
    """The id in a tax registration, and whether it is one for VAT."""
    if is_ubl:
        schemes = registration.at("cac:TaxScheme", "cbc:ID")
        return registration.first("cbc:CompanyID"), any(scheme.value.upper() == "VAT" for scheme in schemes)
    number = registration.first("ram:ID")
    return number, number is not None and number.attributes.get("schemeID") == "VA"
