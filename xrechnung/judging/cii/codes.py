"""Code lists (BR-CL): which element or attribute holds codes of which list.

An element is asked once only, by the first rule whose context it fits: an identifier of the country of origin with a
scheme is asked for that scheme (BR-CL-11) and not for the country (BR-CL-15).
"""

from collections.abc import Collection, Iterator, Mapping

from xrechnung.judging.cii.allowances import says_charge
from xrechnung.judging.common.checks import Check
from xrechnung.judging.common.codes import is_listed
from xrechnung.judging.releases import Release
from xrechnung.judging.rule_set import RuleSet
from xrechnung.judging.tree import Node

_TEXTS = {
    "ram:InvoiceCurrencyCode": ("BR-CL-04", "iso4217"),
    "ram:TaxCurrencyCode": ("BR-CL-05", "iso4217"),
    "ram:DueDateTypeCode": ("BR-CL-06", "untdid-2475-cii"),
    "ram:ReferenceTypeCode": ("BR-CL-07", "untdid-1153"),
    "ram:SubjectCode": ("BR-CL-08", "untdid-4451-cii"),
    "ram:CountryID": ("BR-CL-14", "iso3166-1-cii"),
}
_TEXTS_BELOW = {
    "ram:TypeCode": {
        "rsm:ExchangedDocument": ("BR-CL-01", "untdid-1001-cii"),
        "ram:SpecifiedTradeSettlementPaymentMeans": ("BR-CL-16", "untdid-4461"),
    },
    "ram:CategoryCode": {
        "ram:CategoryTradeTax": ("BR-CL-17", "untdid-5305"),
        "ram:ApplicableTradeTax": ("BR-CL-18", "untdid-5305"),
    },
}
_ATTRIBUTES = {
    "ram:TaxTotalAmount": ("currencyID", "BR-CL-03", "iso4217"),
    "ram:ClassCode": ("listID", "BR-CL-13", "untdid-7143"),
    "ram:BasisQuantity": ("unitCode", "BR-CL-23", "rec20-21"),
    "ram:BilledQuantity": ("unitCode", "BR-CL-23", "rec20-21"),
}


def checks(release: Release) -> dict[str, Check]:
    """The checks of this release's code lists."""
    lists = release.code_lists
    icd, countries = lists["iso6523-icd"], lists["iso3166-1-cii"]
    return {
        **{name: _of_text(rule, lists[codes]) for name, (rule, codes) in _TEXTS.items()},
        **{name: _of_text_below(name, lists) for name in _TEXTS_BELOW},
        **{
            name: _of_attribute(attribute, rule, lists[codes]) for name, (attribute, rule, codes) in _ATTRIBUTES.items()
        },
        "ram:GlobalID": of_global_ids("BR-CL-10", "BR-CL-21", "BR-CL-26", icd),
        "ram:ID": _of_ids(icd, countries, lists["vat-id-prefix-cii"]),
        "ram:URIID": of_electronic_addresses("BR-CL-25", lists["eas"]),
        "ram:ReasonCode": _of_reasons(lists["untdid-5189"], lists["untdid-7161"]),
        "ram:ExemptionReasonCode": _of_exemptions(lists["vatex"]),
        "ram:AttachmentBinaryObject": _of_attachments(lists["mime"]),
    }


def _of_text(rule: str, codes: Collection[str]) -> Check:
    def check(rules: RuleSet, node: Node) -> None:
        if not is_listed(node.text, codes):
            rules.break_(rule, node)

    return check


def _of_text_below(name: str, lists: Mapping[str, Collection[str]]) -> Check:
    wanted = {above: (rule, lists[codes]) for above, (rule, codes) in _TEXTS_BELOW[name].items()}

    def check(rules: RuleSet, node: Node) -> None:
        rule, codes = wanted.get(node.parent.name, (None, ())) if node.parent is not None else (None, ())
        if rule is not None and not is_listed(node.text, codes):
            rules.break_(rule, node)

    return check


def _of_attribute(attribute: str, rule: str, codes: Collection[str]) -> Check:
    def check(rules: RuleSet, node: Node) -> None:
        if attribute in node.attributes and not is_listed(node.attributes[attribute], codes):
            rules.break_(rule, node)

    return check


def of_global_ids(party: str, product: str, location: str, codes: Collection[str]) -> Check:
    """Schemes of global identifiers: of parties (and all else), of products themselves, of the place of delivery."""

    def check(rules: RuleSet, node: Node) -> None:
        scheme = node.attributes.get("schemeID")
        if scheme is None or node.parent is None or is_listed(scheme, codes):
            return
        above = {each.name for each in _ancestors(node)}
        if node.parent.name == "ram:SpecifiedTradeProduct":
            rules.break_(product, node)
        elif _is_place_of_delivery(node.parent):
            rules.break_(location, node)
        elif "ram:SpecifiedTradeProduct" not in above and "ram:ShipToTradeParty" not in above:
            rules.break_(party, node)

    return check


def is_scheme_of_registration(node: Node) -> bool:
    """Whether an identifier's scheme is that of a tax registration, or of something in one; it has its own codes."""
    return any(each.name == "ram:SpecifiedTaxRegistration" for each in _ancestors(node))


def _is_place_of_delivery(party: Node) -> bool:
    above = party.parent
    return (
        party.name == "ram:ShipToTradeParty" and above is not None and above.name == "ram:ApplicableHeaderTradeDelivery"
    )


def _ancestors(node: Node) -> Iterator[Node]:
    above = node.parent
    while above is not None:
        yield above
        above = above.parent


def _of_ids(schemes: Collection[str], countries: Collection[str], prefixes: Collection[str]) -> Check:
    """Schemes of identifiers (BR-CL-11), countries of origin (BR-CL-15), countries of VAT ids (BR-CO-09)."""

    def check(rules: RuleSet, node: Node) -> None:
        above = node.parent
        scheme = node.attributes.get("schemeID")
        if above is None:
            return
        if above.name == "ram:SpecifiedTaxRegistration" and scheme == "VA":
            rules.demand(node.text[:2] in prefixes, "BR-CO-09", node)
        elif scheme is not None and not is_scheme_of_registration(node):
            rules.demand(is_listed(scheme, schemes), "BR-CL-11", node)
        elif above.name == "ram:OriginTradeCountry":
            rules.demand(is_listed(node.text, countries), "BR-CL-15", node)

    return check


def of_electronic_addresses(rule: str, codes: Collection[str]) -> Check:
    def check(rules: RuleSet, node: Node) -> None:
        scheme = node.attributes.get("schemeID")
        if scheme is not None and node.parent is not None and node.parent.name == "ram:URIUniversalCommunication":
            rules.demand(is_listed(scheme, codes), rule, node)

    return check


def _of_reasons(allowances: Collection[str], charges: Collection[str]) -> Check:
    def check(rules: RuleSet, node: Node) -> None:
        entry = node.parent
        if entry is None or entry.name != "ram:SpecifiedTradeAllowanceCharge":
            return
        if says_charge(entry, False):
            rules.demand(is_listed(node.text, allowances), "BR-CL-19", node)
        elif says_charge(entry, True):
            rules.demand(is_listed(node.text, charges), "BR-CL-20", node)

    return check


def _of_exemptions(codes: Collection[str]) -> Check:
    def check(rules: RuleSet, node: Node) -> None:
        rules.demand(is_listed(node.text.upper(), codes), "BR-CL-22", node)

    return check


def _of_attachments(types: Collection[str]) -> Check:
    def check(rules: RuleSet, node: Node) -> None:
        if "mimeCode" in node.attributes:
            rules.demand(node.attributes["mimeCode"] in types, "BR-CL-24", node)

    return check
