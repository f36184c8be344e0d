"""Parts of an invoice with the way that leads to them, so that it is known what was shown."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from xrechnung.model.terms import Group, Term, groups_of, terms_of
from xrechnung.model.walking import SUB_LINE, Step


@dataclass(frozen=True, slots=True)
class Part:
    """A group of the model as it stands in one invoice."""

    held: Any
    group: str = ""
    path: tuple[Step, ...] = ()
    in_sub_line: bool = False

    def terms(self) -> tuple[Term, ...]:
        """The terms this group may have."""
        return terms_of(self._class, self.group)

    def groups(self) -> tuple[Group, ...]:
        """The groups it may have."""
        return groups_of(self._class)

    def value(self, name: str) -> Any:
        return getattr(self.held, name)

    def inner(self, name: str) -> "Iterator[Part]":
        """The groups in the field of that name: none, one or several."""
        (field,) = (each for each in self.groups() if each.name == name)
        held = self.value(name)
        if not held:
            return
        known_as = field.of_sub_line if self.in_sub_line and field.of_sub_line else field.group
        below = self.in_sub_line or field.group == SUB_LINE
        for number, each in enumerate(held, 1) if field.several else ((None, held),):
            yield Part(each, field.group, (*self.path, Step(known_as, number)), below)

    @property
    def _class(self) -> type:
        return type(self.held)
