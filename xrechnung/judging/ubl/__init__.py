"""The official rules for invoices and credit notes in UBL 2.1."""

from xrechnung.judging.ubl.core import UblCore
from xrechnung.judging.ubl.national import UblNational

__all__ = ["UblCore", "UblNational"]
