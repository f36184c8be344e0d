"""The VAT categories of EN 16931 and what each of them asks for (BR-S, BR-Z, BR-E, …)."""

from dataclasses import dataclass, field
from enum import Enum, auto


class Rate(Enum):
    """What the VAT rate of lines, allowances and charges must be (rules 05 to 07)."""

    ABOVE_ZERO = auto()
    NOT_NEGATIVE = auto()
    ZERO = auto()
    ABSENT = auto()


class Identified(Enum):
    """Who must be identified for tax (rules 02 to 04)."""

    SELLER = auto()
    """Seller VAT id (BT-31), tax registration (BT-32) or the VAT id of the representative (BT-63)."""
    SELLER_FOR_VAT = auto()
    """BT-31 or BT-63."""
    SELLER_AND_BUYER = auto()
    """The seller in any of the three ways, the buyer by VAT id (BT-48) or legal registration (BT-47)."""
    BOTH_FOR_VAT = auto()
    """BT-31 or BT-63, and BT-48."""
    NOBODY_FOR_VAT = auto()
    """None of BT-31, BT-63, BT-48."""


@dataclass(frozen=True, slots=True)
class VatCategory:
    """One category code (BT-118, BT-151, …) with its family of rules."""

    code: str
    family: str
    """Beginning of its rule ids, `BR-IC` for `K`."""
    rate: Rate
    identified: Identified
    needs_reason: bool
    """An exemption reason (BT-120 or BT-121) is needed; otherwise it is forbidden."""

    is_taxed: bool = field(init=False)
    """Taxed at rates, with one breakdown for each rate; the others have one breakdown and no tax."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "is_taxed", self.rate in (Rate.ABOVE_ZERO, Rate.NOT_NEGATIVE))

    def rule(self, number: int) -> str:
        return f"{self.family}-{number:02}"


VAT_CATEGORIES = (
    VatCategory("S", "BR-S", Rate.ABOVE_ZERO, Identified.SELLER, needs_reason=False),
    VatCategory("Z", "BR-Z", Rate.ZERO, Identified.SELLER, needs_reason=False),
    VatCategory("E", "BR-E", Rate.ZERO, Identified.SELLER, needs_reason=True),
    VatCategory("AE", "BR-AE", Rate.ZERO, Identified.SELLER_AND_BUYER, needs_reason=True),
    VatCategory("K", "BR-IC", Rate.ZERO, Identified.BOTH_FOR_VAT, needs_reason=True),
    VatCategory("G", "BR-G", Rate.ZERO, Identified.SELLER_FOR_VAT, needs_reason=True),
    VatCategory("O", "BR-O", Rate.ABSENT, Identified.NOBODY_FOR_VAT, needs_reason=True),
    VatCategory("L", "BR-AF", Rate.NOT_NEGATIVE, Identified.SELLER, needs_reason=False),
    VatCategory("M", "BR-AG", Rate.NOT_NEGATIVE, Identified.SELLER, needs_reason=False),
)
BY_CODE = {category.code: category for category in VAT_CATEGORIES}
SPLIT_PAYMENT = "B"
"""Italian split payment has no family of its own, only BR-B-01 and BR-B-02."""
