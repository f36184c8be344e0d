"""Codes and identification schemes from the lists of the release (BR-CL)."""

from collections.abc import Callable, Collection, Mapping

from xrechnung.judging.common.checks import Check
from xrechnung.judging.common.codes import is_listed, joined
from xrechnung.judging.releases import Release
from xrechnung.judging.rule_set import RuleSet
from xrechnung.judging.tree import Node, collapse
from xrechnung.judging.ubl.elements import is_on_document, is_reference_to_object, says_charge

_AMOUNTS = (
    *("Amount", "BaseAmount", "PriceAmount", "TaxAmount", "TaxableAmount", "LineExtensionAmount"),
    *("TaxExclusiveAmount", "TaxInclusiveAmount", "AllowanceTotalAmount", "ChargeTotalAmount"),
    *("PrepaidAmount", "PayableRoundingAmount", "PayableAmount"),
)
_QUANTITIES = ("cbc:InvoicedQuantity", "cbc:CreditedQuantity", "cbc:BaseQuantity")
_LENGTH_OF_SUBJECT = 3
SEPA = "SEPA"
"""Stands as the scheme of a creditor identifier (BT-90) where others have the scheme of a party identifier."""


def code_checks(release: Release) -> Mapping[str, Check]:
    """The checks against the code lists of a release, by element."""
    lists = release.code_lists
    icd, countries, currencies = lists["iso6523-icd"], lists["iso3166-1"], lists["iso4217"]
    return {
        "cbc:InvoiceTypeCode": text_in(lists["untdid-1001-invoice"], "BR-CL-01"),
        "cbc:CreditNoteTypeCode": text_in(lists["untdid-1001-creditnote"], "BR-CL-01"),
        **{f"cbc:{name}": _currency_of_amount(currencies) for name in _AMOUNTS},
        "cbc:DocumentCurrencyCode": text_in(currencies, "BR-CL-04"),
        "cbc:TaxCurrencyCode": text_in(currencies, "BR-CL-05"),
        "cbc:DescriptionCode": below({"cac:InvoicePeriod": text_in(lists["untdid-2005-ubl"], "BR-CL-06")}),
        "cbc:Note": _subject(joined(release.codes_in_order["untdid-4451-ubl"])),
        "cbc:ID": below(
            {
                "cac:AdditionalDocumentReference": _object_scheme(lists["untdid-1153"]),
                "cac:DocumentReference": _object_scheme(lists["untdid-1153"]),
                "cac:PartyIdentification": party_scheme(icd, "BR-CL-10"),
                "cac:TaxCategory": text_in(lists["untdid-5305"], "BR-CL-17"),
                "cac:ClassifiedTaxCategory": text_in(lists["untdid-5305"], "BR-CL-18"),
                "cac:StandardItemIdentification": attribute_in("schemeID", icd, "BR-CL-21"),
                "cac:DeliveryLocation": attribute_in("schemeID", icd, "BR-CL-26"),
            }
        ),
        "cbc:CompanyID": below({"cac:PartyLegalEntity": attribute_in("schemeID", icd, "BR-CL-11")}),
        "cbc:ItemClassificationCode": below(
            {"cac:CommodityClassification": attribute_in("listID", lists["untdid-7143"], "BR-CL-13")}
        ),
        "cbc:IdentificationCode": below(
            {"cac:Country": text_in(countries, "BR-CL-14"), "cac:OriginCountry": text_in(countries, "BR-CL-15")}
        ),
        "cbc:PaymentMeansCode": below({"cac:PaymentMeans": text_in(lists["untdid-4461"], "BR-CL-16")}),
        "cbc:AllowanceChargeReasonCode": _reason(lists["untdid-5189"], lists["untdid-7161"]),
        "cbc:TaxExemptionReasonCode": _exemption(lists["vatex"]),
        **{name: attribute_in("unitCode", lists["rec20-21"], "BR-CL-23") for name in _QUANTITIES},
        "cbc:EmbeddedDocumentBinaryObject": _media_type(lists["mime"]),
        "cbc:EndpointID": attribute_in("schemeID", lists["eas"], "BR-CL-25"),
    }


def text_in(codes: Collection[str], rule: str) -> Check:
    """The text is one of these codes."""

    def check(rules: RuleSet, node: Node) -> None:
        if not is_listed(node.text, codes):
            rules.break_(rule, node)

    return check


def attribute_in(name: str, codes: Collection[str], rule: str) -> Check:
    """The attribute, if it is there, is one of these codes."""

    def check(rules: RuleSet, node: Node) -> None:
        written = node.attributes.get(name)
        if written is not None and not is_listed(written, codes):
            rules.break_(rule, node)

    return check


def below(checks: Mapping[str, Check]) -> Check:
    """What is checked of an element depends on what it stands in."""

    def check(rules: RuleSet, node: Node) -> None:
        if node.parent is not None and (one := checks.get(node.parent.name)) is not None:
            one(rules, node)

    return check


def party_scheme(codes: Collection[str], rule: str) -> Check:
    """The scheme of a party's identifier; that of seller and payee may be SEPA."""

    def check(rules: RuleSet, node: Node) -> None:
        written = node.attributes.get("schemeID")
        if written is None or is_listed(written, codes):
            return
        if collapse(written) != SEPA or not _belongs_to_seller_or_payee(node):
            rules.break_(rule, node)

    return check


def _belongs_to_seller_or_payee(node: Node) -> bool:
    upper = node.parent
    while upper is not None:
        if upper.name in ("cac:AccountingSupplierParty", "cac:PayeeParty"):
            return True
        upper = upper.parent
    return False


def _currency_of_amount(codes: Collection[str]) -> Check:
    def check(rules: RuleSet, node: Node) -> None:
        if not is_listed(node.attributes.get("currencyID", ""), codes):
            rules.break_("BR-CL-03", node)

    return check


def _subject(codes: str) -> Check:
    """The subject of an invoice note (BT-21), written as `#AAI#text`; anything but three letters is just text."""

    def check(rules: RuleSet, node: Node) -> None:
        if "#" in node.text and is_on_document(node):
            subject, end, _ = node.text.partition("#")[2].partition("#")
            if end and len(subject) == _LENGTH_OF_SUBJECT and subject not in codes:
                rules.break_("BR-CL-08", node)

    return check


def _object_scheme(codes: Collection[str]) -> Check:
    in_list = attribute_in("schemeID", codes, "BR-CL-07")

    def check(rules: RuleSet, node: Node) -> None:
        if node.parent is not None and is_reference_to_object(node.parent):
            in_list(rules, node)

    return check


def _reason(allowances: Collection[str], charges: Collection[str]) -> Check:
    of_kind: dict[bool | None, Callable[[RuleSet, Node], None]] = {
        False: text_in(allowances, "BR-CL-19"),
        True: text_in(charges, "BR-CL-20"),
    }

    def check(rules: RuleSet, node: Node) -> None:
        if node.parent is not None and node.parent.name == "cac:AllowanceCharge":
            in_list = of_kind.get(says_charge(node.parent))
            if in_list is not None:
                in_list(rules, node)

    return check


def _exemption(codes: Collection[str]) -> Check:
    def check(rules: RuleSet, node: Node) -> None:
        rules.demand(is_listed(node.text.upper(), codes), "BR-CL-22", node)

    return check


def _media_type(types: Collection[str]) -> Check:
    def check(rules: RuleSet, node: Node) -> None:
        written = node.attributes.get("mimeCode")
        rules.demand(written is None or written in types, "BR-CL-24", node)

    return check
