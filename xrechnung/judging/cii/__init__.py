"""The rules for UN/CEFACT CII: EN 16931 (`CiiCore`) and XRechnung (`CiiNational`), a module for each family of them."""

from xrechnung.judging.cii.core import CiiCore
from xrechnung.judging.cii.national import CiiNational

__all__ = ["CiiCore", "CiiNational"]
