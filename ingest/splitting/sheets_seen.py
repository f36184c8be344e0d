"""Which image is a separator or cover sheet (Trennblatt, Deckblatt), and what it announces.

Invoices carry a GiroCode, letters a posting label: a code alone makes no sheet. It does when it was made for
sheets, or when it reads as an Aktenzeichen, and the page says little else.
"""

import re
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from ingest.splitting.looks import Code, PageLook
from ingest.splitting.payload import Announcement, SheetKind, is_own, merged, read_payload
from ingest.splitting.plans import Problem

_MOST_CHARACTERS, _OWN_CHARACTERS = 500, 1500
_SPARSE_CHARACTERS, _CODED_CHARACTERS = 150, 250
_BARE_CHARACTERS = 120
_BARE_SHARE = 0.004
_ALIKE = 0.8
_TITLE = re.compile(r"\W*(trennblatt|trennseite|trennbogen|scheideblatt|patch[\s_-]?(code[\s_-]?)?t)\b", re.I)
_COVER_TITLE = re.compile(r"\W*(deckblatt|vorblatt)\b", re.I)
_TITLE_LINES = 4
_FIELDS = {
    "reference": re.compile(r"\W*(?:aktenzeichen|geschäftszeichen|akte|az)\.?\s*[:;]\s*(?P<value>\S.*)", re.I),
    "case": re.compile(r"\W*(?:vorgang|vorgangsnummer|vorgangszeichen|vg)\.?\s*[:;]\s*(?P<value>\S.*)", re.I),
    "document_class": re.compile(r"\W*(?:dokumentart|dokumenttyp|dokumentenart|typ)\s*[:;]\s*(?P<value>\S.*)", re.I),
}
_REFERENCE = re.compile(r"[\w./#:()+&-]+( [\w./#:()+&-]+){0,4}")
_NO_REFERENCE = re.compile(
    r"[A-Z]{2}\d{2}[ ]?[A-Z0-9]{4}([ ]?[A-Z0-9]{2,4}){2,7}"  # IBAN
    r"|[A-Z]{2}[ ]?\d{2}[ ]?\d{3}[ ]?\d{3}[ ]?\d[ ]?[A-Z]{2}"  # S10 label of the post
    r"|[A-Z]{2}\d{9}[A-Z]{2}|JJD\d+.*|\(00\)\d+|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    r"|\w+:\S*//.*|(https?|mailto|tel|www)\W.*",
    re.I,
)


@dataclass(frozen=True, slots=True)
class SheetSeen:
    """A sheet that belongs to no document; with a `problem` what it announces does not count."""

    announcement: Announcement
    problem: Problem | None = None


def sheet_in(look: PageLook) -> SheetSeen | None:
    """The sheet an image shows, None when it is a page of a document."""
    if look.blank or look.characters > (_OWN_CHARACTERS if _carries_own(look) else _MOST_CHARACTERS):
        return None
    made = [announcement for code in look.codes if (announcement := read_payload(code.text))]
    bare = [code.text for code in look.codes if reads_as_reference(code.text)]
    if look.patch_t:
        made.append(Announcement(SheetKind.PATCH))
    if not (made or _is_titled(look) or _is_bare_sheet(look)):
        return None
    return _agreed(made + _named(sorted(set(bare)), look.text), look.text)


def is_worth_reading(look: PageLook) -> bool:
    """Whether the words of an image can decide whether it is a sheet, or add to what its codes announce."""
    if look.blank or look.text or look.characters > _MOST_CHARACTERS:
        return False
    sheet = sheet_in(look)
    if sheet is None:
        return look.characters <= (_CODED_CHARACTERS if look.codes else _SPARSE_CHARACTERS)
    said = sheet.announcement
    complete = said.reference is not None and said.case is not None and said.document_class is not None
    return sheet.problem is not Problem.DAMAGED_CODE and said.batch is None and not complete


def reads_as_reference(text: str) -> bool:
    """Whether a code's text may be an Aktenzeichen: digits and signs or letters, no IBAN, label, address or number."""
    if not 4 <= len(text) <= 60 or _NO_REFERENCE.fullmatch(text) or not _REFERENCE.fullmatch(text):
        return False
    return read_payload(text) is None and any(c.isdigit() for c in text) and not text.isdecimal()


def _carries_own(look: PageLook) -> bool:
    """Whether a code of ours is on the page: with its check nothing else reads like it, so more print may be there."""
    return any(is_own(code.text) for code in look.codes)


def _agreed(announced: list[Announcement], text: str) -> SheetSeen:
    """One announcement of all codes of a sheet; what they leave open is taken from its print."""
    sound = [each for each in announced if not each.damaged]
    damaged = [each for each in announced if each.damaged]
    if damaged and not any(each.names_target for each in sound):
        return SheetSeen(damaged[0], Problem.DAMAGED_CODE)
    whole = Announcement(SheetKind.PATCH)
    for each in sound:
        together = merged(whole, replace(each, reference=None) if each.reference == whole.case else each)
        if together is None:
            return SheetSeen(replace(whole, reference=None, case=None), Problem.TWO_CODES)
        whole = together
    whole = replace(
        whole,
        reference=whole.reference or _printed("reference", text),
        case=whole.case or _printed("case", text),
        document_class=whole.document_class or _printed("document_class", text),
    )
    if whole.kind is SheetKind.PATCH and (whole.names_target or not announced):
        whole = replace(whole, kind=SheetKind.COVER if _has_line(_COVER_TITLE, text) else SheetKind.SEPARATOR)
    return SheetSeen(whole)


def _named(codes: list[str], text: str) -> list[Announcement]:
    """What codes without a form of their own name: the Aktenzeichen, the Vorgang, or only their sheet.

    The print decides: a single code that is neither of the two printed there is the number of the sheet.
    """
    reference, case = _printed("reference", text), _printed("case", text)
    named = []
    for code in codes:
        if case and _alike(code, case):
            named.append(Announcement(SheetKind.SEPARATOR, case=code))
        elif reference and len(codes) == 1 and not _alike(code, reference):
            named.append(Announcement(SheetKind.SEPARATOR))
        else:
            named.append(Announcement(SheetKind.SEPARATOR, reference=code))
    return named


def _alike(code: str, printed: str) -> bool:
    """Whether print says the same as a code; reading print is not exact."""
    return SequenceMatcher(None, code.casefold(), printed.casefold(), autojunk=False).ratio() >= _ALIKE


def _printed(name: str, text: str) -> str | None:
    for line in text.splitlines():
        match = _FIELDS[name].match(line)
        if match:
            return match["value"].strip()
    return None


def _is_titled(look: PageLook) -> bool:
    """A page that calls itself a separator; a cover needs a fitting code, for reports and faxes have covers, too."""
    fitting = any(reads_as_reference(code.text) for code in look.codes)
    return _has_line(_TITLE, look.text) or (fitting and _has_line(_COVER_TITLE, look.text))


def _has_line(title: re.Pattern[str], text: str) -> bool:
    lines = [line for line in text.splitlines() if line.strip()][:_TITLE_LINES]
    return any(title.match(line) for line in lines)


def _is_bare_sheet(look: PageLook) -> bool:
    """A page that is little more than one code with an Aktenzeichen."""
    return look.characters <= _BARE_CHARACTERS and any(_dominates(code) for code in look.codes)


def _dominates(code: Code) -> bool:
    return code.share >= _BARE_SHARE and reads_as_reference(code.text)
