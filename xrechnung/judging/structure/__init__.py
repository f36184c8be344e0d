"""Structure (Schemaprüfung): what the official XML Schemas of UBL 2.1 and CII D16B accept and refuse.

The facts lie as tables in `data/structure`; from them comes a schema for libxml2, which says at once that an invoice is
sound, and the examination of one that is not. Two things are not judged: the inside of electronic signatures, and UBL
elements that no invoice can contain, where they stand in an extension of a supplier's own.
"""

from xrechnung.judging.structure.checking import Structure, structure_of
from xrechnung.judging.structure.findings import SchemaFinding

__all__ = ["SchemaFinding", "Structure", "structure_of"]
