"""The routing id of German authorities (Leitweg-ID), which no official rule checks but every portal does."""

from dataclasses import dataclass
from enum import StrEnum
from re import ASCII, compile

from xrechnung.judging.hints.hint import Hint, quoted, remembered

MOST_CHARACTERS = 46
REQUIRED_FORM = (
    "Grobadressierung (2 bis 12 Ziffern), Feinadressierung (bis 30 Buchstaben und Ziffern, freiwillig), Prüfziffern"
)

_FORM = compile(r"(?P<coarse>\d{2,12})(?:-(?P<fine>[A-Za-z0-9]{1,30}))?-(?P<check>\d{2})", ASCII)
_PARTS = compile(r"(\d+)(?:-([A-Za-z0-9]+))?-(\d+)", ASCII)


class LeitwegIdFault(StrEnum):
    """Why something is no Leitweg-ID."""

    FORM = "form"
    LENGTH = "length"
    CHECK_DIGITS = "check-digits"


class InvalidLeitwegId(ValueError):
    """This is no Leitweg-ID; `right` is what it would be with the right check digits, where only they are wrong."""

    def __init__(self, fault: LeitwegIdFault, reason: str, right: "LeitwegId | None" = None) -> None:
        super().__init__(reason)
        self.fault = fault
        self.right = right


@dataclass(frozen=True, slots=True)
class LeitwegId:
    """A routing id (Leitweg-ID), sound by construction through `parse`."""

    coarse: str
    """Grobadressierung: state, district and municipality, or the federation."""
    fine: str
    """Feinadressierung: the office within, often empty."""
    check: str

    @classmethod
    def parse(cls, text: str) -> "LeitwegId":
        """Read a Leitweg-ID; blanks around it and small letters are no fault. Raises InvalidLeitwegId."""
        written = text.strip()
        parts = _FORM.fullmatch(written)
        if parts is None:
            raise _malformed(written)
        given = cls(parts["coarse"], (parts["fine"] or "").upper(), parts["check"])
        right = cls.of(given.coarse, given.fine)
        if given != right:
            raise InvalidLeitwegId(
                LeitwegIdFault.CHECK_DIGITS, f"die Prüfziffern {given.check} müssten {right.check} lauten", right
            )
        return given

    @classmethod
    def of(cls, coarse: str, fine: str = "") -> "LeitwegId":
        """The Leitweg-ID for an address, with its check digits (ISO 7064, modulo 97-10)."""
        number = int("".join(str(int(sign, 36)) for sign in coarse + fine) + "00")
        return cls(coarse, fine, f"{98 - number % 97:02}")

    def __str__(self) -> str:
        return "-".join(part for part in (self.coarse, self.fine, self.check) if part)


@remembered
def leitweg_id_hints(text: str, term: str = "BT-10") -> tuple[Hint, ...]:
    """What is wrong with a Leitweg-ID; also for the electronic address (BT-49) with scheme 0204."""
    try:
        LeitwegId.parse(text)
    except InvalidLeitwegId as invalid:
        return (_hint(invalid, text, term),)
    return ()


def _hint(invalid: InvalidLeitwegId, text: str, term: str) -> Hint:
    if invalid.right is not None:
        return Hint(
            "EAKTE-LEITWEG-3",
            term,
            f"Die Leitweg-ID {quoted(text)} ist vermutlich vertippt: {invalid}.",
            f"Leitweg-ID beim Auftraggeber erfragen; stimmt der Rest, lautet sie {invalid.right}.",
        )
    number = 2 if invalid.fault is LeitwegIdFault.LENGTH else 1
    return Hint(
        f"EAKTE-LEITWEG-{number}",
        term,
        f"{quoted(text)} ist keine Leitweg-ID: {invalid}.",
        "Leitweg-ID des Auftraggebers angeben, zum Beispiel 04011000-1234512345-06.",
    )


def _malformed(written: str) -> InvalidLeitwegId:
    """Say whether a part is too long or too short, or the form is another one altogether."""
    parts = _PARTS.fullmatch(written)
    if parts is None and len(written) <= MOST_CHARACTERS:
        return InvalidLeitwegId(LeitwegIdFault.FORM, f"verlangt sind, durch Bindestriche getrennt: {REQUIRED_FORM}")
    if parts is None or len(written) > MOST_CHARACTERS:
        return InvalidLeitwegId(
            LeitwegIdFault.LENGTH, f"sie hat {len(written)} Zeichen, erlaubt sind {MOST_CHARACTERS}"
        )
    coarse, fine, check = parts.groups(default="")
    if not 2 <= len(coarse) <= 12:
        reason = f"die Grobadressierung hat {len(coarse)} statt 2 bis 12 Ziffern"
    elif len(fine) > 30:
        reason = f"die Feinadressierung hat {len(fine)} statt höchstens 30 Zeichen"
    else:
        reason = f"die Prüfziffer hat {len(check)} statt 2 Ziffern"
    return InvalidLeitwegId(LeitwegIdFault.LENGTH, reason)
