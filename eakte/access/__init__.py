"""Access (Berechtigungen): who is who, who belongs where, and who may do what with which records.

Identities are people and API clients. Rights come from grants: a role (Stelle), for an organisational unit
(Organisationseinheit), below a filing plan entry, up to a confidentiality level (Vertraulichkeitsstufe).
Nothing is allowed that no grant allows.
"""

from eakte.access.rules import Confidentiality, Permission, Role

__all__ = ["Confidentiality", "Permission", "Role"]
