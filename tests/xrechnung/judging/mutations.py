"""Invoices changed a little, of either syntax: as suppliers and their programs get them wrong, and as only XML allows.

Most changes keep an invoice acceptable to its schema. A pool learnt from other invoices supplies values and elements.
"""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from re import fullmatch

from lxml import etree

from tests.xrechnung.judging.pool import Pool
from xrechnung.judging.releases import releases

_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
_BLANKS = (" ", "  ", "\t", "\n", "\u00a0")
_VAT_CATEGORIES = ("S", "Z", "E", "AE", "K", "G", "O", "L", "M", "B")
_TAXED = ("TaxCategory", "ClassifiedTaxCategory")
_NUMBER = r"[+-]?\d+(\.\d*)?"
_SIZE_LIMIT = 200
"""Larger leaves, attachments mostly, are not worth a change."""


@dataclass(frozen=True)
class Mutation:
    """A changed invoice, with what was changed."""

    what: tuple[str, ...]
    content: bytes


def mutate(content: bytes, pool: Pool, random: Random, changes: int = 1) -> Mutation:
    """The invoice with some random changes."""
    root = etree.fromstring(content, _PARSER)
    told = []
    while len(told) < changes:
        change = random.choice(CHANGES)
        if (what := change(root, pool, random)) is not None:
            told.append(f"{change.__name__[1:]} {what}")
    return Mutation(tuple(told), etree.tostring(root, encoding="UTF-8", xml_declaration=True))


def _elements(root: etree._Element) -> list[etree._Element]:
    return list(root.iter(etree.Element))


def _some(root: etree._Element, random: Random) -> etree._Element:
    return random.choice(_elements(root)[1:] or [root])


def _leaf(root: etree._Element, random: Random, pattern: str = r"(?s).*") -> etree._Element | None:
    leaves = [
        each
        for each in _elements(root)
        if not len(each) and len(each.text or "") < _SIZE_LIMIT and fullmatch(pattern, (each.text or "").strip())
    ]
    return random.choice(leaves) if leaves else None


def _name(element: etree._Element) -> str:
    return etree.QName(element).localname


def _told(element: etree._Element) -> str:
    above = element.getparent()
    return f"{_name(above)}/{_name(element)}" if above is not None else _name(element)


def _write(leaf: etree._Element, text: str) -> str:
    before, leaf.text = leaf.text, text
    return f"{_told(leaf)} {before!r} -> {text!r}"


def _delete(root: etree._Element, pool: Pool, random: Random) -> str | None:
    element = _some(root, random)
    parent = element.getparent()
    if parent is None:
        return None
    parent.remove(element)
    return f"{_name(parent)}/{_name(element)}"


def _delete_group(root: etree._Element, pool: Pool, random: Random) -> str | None:
    groups = [each for each in _elements(root)[1:] if len(each)]
    if not groups:
        return None
    group = random.choice(groups)
    told = _told(group)
    group.getparent().remove(group)
    return told


def _duplicate(root: etree._Element, pool: Pool, random: Random) -> str | None:
    element = _some(root, random)
    if element is root:
        return None
    element.addnext(deepcopy(element))
    return _told(element)


def _duplicate_group(root: etree._Element, pool: Pool, random: Random) -> str | None:
    groups = [each for each in _elements(root)[1:] if len(each)]
    if not groups:
        return None
    group = random.choice(groups)
    group.addnext(deepcopy(group))
    return _told(group)


def _empty(root: etree._Element, pool: Pool, random: Random) -> str | None:
    leaf = _leaf(root, random)
    return None if leaf is None else _write(leaf, random.choice(("", " ", "\n")))


def _pad(root: etree._Element, pool: Pool, random: Random) -> str | None:
    leaf = _leaf(root, random, r"(?s).+")
    if leaf is None:
        return None
    before, after = random.choice(("", *_BLANKS)), random.choice(_BLANKS)
    return _write(leaf, f"{before}{leaf.text}{after}")


def _blank_inside(root: etree._Element, pool: Pool, random: Random) -> str | None:
    leaf = _leaf(root, random, r"(?s)..+")
    if leaf is None or not leaf.text:
        return None
    place = random.randrange(1, len(leaf.text)) if len(leaf.text) > 1 else 1
    return _write(leaf, leaf.text[:place] + random.choice(_BLANKS) + leaf.text[place:])


def _other_value(root: etree._Element, pool: Pool, random: Random) -> str | None:
    leaf = _leaf(root, random)
    values = sorted(pool.values[str(leaf.tag)]) if leaf is not None else []
    return _write(leaf, random.choice(values)) if leaf is not None and values else None


def _other_code(root: etree._Element, pool: Pool, random: Random) -> str | None:
    leaf = _leaf(root, random, r"[A-Z0-9]{1,5}")
    if leaf is None:
        return None
    codes = random.choice(sorted(releases()[-1].codes_in_order.items()))[1]
    return _write(leaf, random.choice(codes))


def _other_digit(root: etree._Element, pool: Pool, random: Random) -> str | None:
    leaf = _leaf(root, random, r"(?s).*\d.*")
    if leaf is None or not leaf.text:
        return None
    places = [number for number, letter in enumerate(leaf.text) if letter.isdigit()]
    place = random.choice(places)
    return _write(leaf, leaf.text[:place] + random.choice("0123456789") + leaf.text[place + 1 :])


def _other_amount(root: etree._Element, pool: Pool, random: Random) -> str | None:
    leaf = _leaf(root, random, _NUMBER)
    if leaf is None or not leaf.text:
        return None
    text = leaf.text.strip()
    whole, point, decimals = text.partition(".")
    forms = (
        lambda: _moved(text, random.choice(("0.01", "-0.01", "0.02", "-0.02", "1", "-1", "0.99", "0.005", "0.5"))),
        lambda: f"{whole}.{decimals}0" if point else f"{text}.0",
        lambda: f"{whole}.{decimals or 0}05",
        lambda: f"-{text}" if not text.startswith("-") else text[1:],
        lambda: f"0{text}",
        lambda: f"{whole}.",
        lambda: "0",
        lambda: "0.00",
        lambda: "1.5",
        lambda: "100",
        lambda: f".{decimals or 5}",
    )
    return _write(leaf, random.choice(forms)())


def _moved(text: str, by: str) -> str:
    from_decimals = max(len(text.partition(".")[2]), len(by.partition(".")[2]))
    return f"{float(text) + float(by):.{from_decimals}f}"


def _other_date(root: etree._Element, pool: Pool, random: Random) -> str | None:
    leaf = _leaf(root, random, r"\d{4}-\d{2}-\d{2}|20\d{2}(0[1-9]|1[0-2])\d{2}")
    if leaf is None or not leaf.text:
        return None
    text = leaf.text.strip()
    moved = date(int(text[:4]), int(text[5:7] if "-" in text else text[4:6]), 1)
    moved += timedelta(days=random.randrange(-400, 400))
    written = moved.isoformat() if "-" in text else f"{moved:%Y%m%d}"
    return _write(leaf, random.choice((written, written, f"{text}Z", f"{text}+02:00", f"{text}-14:00")))


def _other_case(root: etree._Element, pool: Pool, random: Random) -> str | None:
    leaf = _leaf(root, random, r"(?s).*[A-Za-z].*")
    return None if leaf is None or not leaf.text else _write(leaf, leaf.text.swapcase())


def _swap_values(root: etree._Element, pool: Pool, random: Random) -> str | None:
    first = _leaf(root, random)
    alike = [each for each in _elements(root) if first is not None and each.tag == first.tag and not len(each)]
    if first is None or len(alike) < 2:
        return None
    second = random.choice(alike)
    first.text, second.text = second.text, first.text
    return f"{_told(first)} {first.text!r} <-> {second.text!r}"


def _vat_category(root: etree._Element, pool: Pool, random: Random) -> str | None:
    """Another category in one place, or everywhere."""
    codes = [
        leaf
        for element in _elements(root)
        if _name(element) in _TAXED or _name(element).endswith("TradeTax")
        for leaf in element
        if isinstance(leaf.tag, str) and _name(leaf) in ("ID", "CategoryCode")
    ]
    if not codes:
        return None
    code = random.choice(_VAT_CATEGORIES)
    chosen = codes if random.random() < 0.5 else [random.choice(codes)]
    for leaf in chosen:
        leaf.text = code
    return f"{len(chosen)} to {code}"


def _vat_rate(root: etree._Element, pool: Pool, random: Random) -> str | None:
    """Another rate in one place, or everywhere, or none at all."""
    rates = [each for each in _elements(root) if _name(each) in ("Percent", "RateApplicablePercent")]
    if not rates:
        return None
    rate = random.choice(("0", "7", "19", "19.00", "0.4", "-7", "", None))
    chosen = rates if random.random() < 0.5 else [random.choice(rates)]
    for leaf in chosen:
        parent = leaf.getparent()
        if rate is not None or parent is None:
            leaf.text = rate
        else:
            parent.remove(leaf)
    return f"{len(chosen)} to {rate}"


def _specification(root: etree._Element, pool: Pool, random: Random) -> str | None:
    known = {scenario.specification for scenario in releases()[-1].scenarios}
    leaves = [each for each in _elements(root) if (each.text or "").strip() in known]
    return _write(leaves[0], random.choice(sorted(known))) if leaves else None


def _drop_attribute(root: etree._Element, pool: Pool, random: Random) -> str | None:
    bearers = [each for each in _elements(root)[1:] if each.attrib]
    if not bearers:
        return None
    bearer = random.choice(bearers)
    name = random.choice(sorted(str(each) for each in bearer.attrib))
    return f"{_told(bearer)}/@{name}={bearer.attrib.pop(name)!r}"


def _other_attribute(root: etree._Element, pool: Pool, random: Random) -> str | None:
    bearers = [each for each in _elements(root)[1:] if each.attrib]
    if not bearers:
        return None
    bearer = random.choice(bearers)
    name = random.choice(sorted(str(each) for each in bearer.attrib))
    value = str(bearer.get(name))
    others = sorted(each for known, each in pool.attributes[str(bearer.tag)] if known == name)
    forms = ("", " ", f" {value}", f"{value} ", value.swapcase(), f"{value}X", "CVD", "SEPA", "XR01", *others)
    bearer.set(name, random.choice(forms))
    return f"{_told(bearer)}/@{name} {value!r} -> {bearer.get(name)!r}"


def _add_attribute(root: etree._Element, pool: Pool, random: Random) -> str | None:
    leaf = _leaf(root, random)
    if leaf is None:
        return None
    known = pool.attributes[str(leaf.tag)] if random.random() < 0.7 else {("schemeID", "0088"), ("name", "x")}
    if not known:
        return None
    name, value = random.choice(sorted(known))
    leaf.set(name, value)
    return f"{_told(leaf)}/@{name}={value!r}"


def _comment(root: etree._Element, pool: Pool, random: Random) -> str | None:
    """Not in the specification identifier, which the official scenarios compare now with comments, now without."""
    leaf = _leaf(root, random, r"(?s)(?!urn:cen\.eu).+")
    if leaf is None or not leaf.text:
        return None
    place = random.choice((0, len(leaf.text) // 2, len(leaf.text)))
    comment = etree.Comment("checked") if random.random() < 0.7 else etree.ProcessingInstruction("checked", "yes")
    leaf.text, comment.tail = leaf.text[:place] or None, leaf.text[place:] or None
    leaf.insert(0, comment)
    return f"{_told(leaf)} at {place}"


def _insert(root: etree._Element, pool: Pool, random: Random) -> str | None:
    """An element that other invoices have at this place."""
    parents = [each for each in _elements(root) if pool.children[str(each.tag)]]
    parent = random.choice(parents)
    tag, examples = random.choice(sorted(pool.children[str(parent.tag)].items()))
    child = deepcopy(random.choice(examples))
    child.tail = None
    parent.insert(pool.place_for(parent, tag), child)
    return _told(child)


def _reverse(root: etree._Element, pool: Pool, random: Random) -> str | None:
    """Children of the same name the other way round."""
    element = _some(root, random)
    alike = list(element.itersiblings(element.tag))
    if not alike:
        return None
    element.addprevious(alike[0])
    return _told(element)


CHANGES: tuple[Callable[[etree._Element, Pool, Random], str | None], ...] = (
    *(_delete, _delete_group, _duplicate, _duplicate_group, _insert, _insert, _insert, _insert),
    *(_empty, _pad, _blank_inside, _comment, _other_case, _reverse, _swap_values),
    *(_other_value, _other_value, _other_code, _other_digit, _other_amount, _other_amount, _other_date),
    *(_vat_category, _vat_rate, _specification, _drop_attribute, _other_attribute, _add_attribute),
)
"""Each takes the root element, changes something and says what, or says None where there is nothing to change."""
