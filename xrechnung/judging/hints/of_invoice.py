"""Our hints on a whole invoice: the values they look at, by syntax, and where those stand."""

from collections.abc import Iterator, Mapping
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
        for node, hint in _hints(_Values(root, syntax), today)
    )


class _Values:
    """The nodes of an invoice by what they say."""

    def __init__(self, root: Node, syntax: Syntax) -> None:
        self._root = root
        self._paths = _UBL if syntax.is_ubl else _CII
        self.is_ubl = syntax.is_ubl

    def all(self, what: str) -> list[Node]:
        path, *others = self._paths[what]
        found = self._root.at(*path)
        return [*found, *(node for other in others for node in self._root.at(*other))] if others else found

    def first(self, what: str) -> Node | None:
        found = self.all(what)
        return found[0] if found else None

    def day(self, what: str) -> date | None:
        node = self.first(what)
        written = _DAY.fullmatch(node.text) if node is not None else None
        if written is None:
            return None
        try:
            return date(int(written[1]), int(written[2]), int(written[3]))
        except ValueError:
            return None


def _hints(values: _Values, today: date) -> Iterator[tuple[Node, Hint]]:
    if (reference := values.first("BT-10")) is not None and reference.value:
        yield from _of(reference, leitweg_id_hints(reference.text))
    address = values.first("BT-49")
    if address is not None and address.attributes.get("schemeID") == _LEITWEG_SCHEME:
        yield from _of(address, leitweg_id_hints(address.text, "BT-49"))
    yield from _payment_hints(values)
    yield from _registration_hints(values)
    issued, due = values.day("BT-2"), values.day("BT-9")
    for node in values.all("BT-9")[:1] or values.all("BT-2")[:1]:
        yield from _of(node, date_hints(issued, due, today))
    if (terms := values.first("BT-20")) is not None:
        yield from _of(terms, skonto_hints(parse_terms(terms.text), issued, due))


def _payment_hints(values: _Values) -> Iterator[tuple[Node, Hint]]:
    for means in values.all("BG-16"):
        code = means.first("cbc:PaymentMeansCode" if values.is_ubl else "ram:TypeCode")
        must_be_iban = code is not None and code.value == "58"
        for account in _accounts(means, is_ubl=values.is_ubl):
            yield from _of(account, iban_hints(account.text, must_be_iban=must_be_iban))


def _accounts(means: Node, *, is_ubl: bool) -> list[Node]:
    if is_ubl:
        return means.at("cac:PayeeFinancialAccount", "cbc:ID")
    return means.at("ram:PayeePartyCreditorFinancialAccount", "ram:IBANID")


def _registration_hints(values: _Values) -> Iterator[tuple[Node, Hint]]:
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
                yield from _of(number, vat_id_hints(number.text, term))
            elif term == "BT-31":
                yield from _of(number, tax_number_hints(number.text, country.value if country is not None else None))


def _number(registration: Node, *, is_ubl: bool) -> tuple[Node | None, bool]:
    """The id in a tax registration, and whether it is one for VAT."""
    if is_ubl:
        schemes = registration.at("cac:TaxScheme", "cbc:ID")
        return registration.first("cbc:CompanyID"), any(scheme.value.upper() == "VAT" for scheme in schemes)
    number = registration.first("ram:ID")
    return number, number is not None and number.attributes.get("schemeID") == "VA"


def _of(node: Node, hints: tuple[Hint, ...]) -> Iterator[tuple[Node, Hint]]:
    return ((node, hint) for hint in hints)
