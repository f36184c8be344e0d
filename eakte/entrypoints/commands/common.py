"""What the commands for administration share: the house itself, and by whom it is entered."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from eakte.entrypoints.commands.reaching import quiet
from eakte.entrypoints.configuration import load_settings
from eakte.entrypoints.house import open_house
from eakte.entrypoints.stack import running_stack
from eakte.foundation.work import Actor, House

# The operator at the machine itself, by whom the audit knows what was done without the API.
OPERATOR = Actor(UUID(int=1), "operator", everything=True)


@contextmanager
def opened_house() -> Iterator[House]:
    """The house itself, for administration; starts embedded engines when nothing runs."""
    settings = quiet(load_settings())
    if settings.database.dsn.get_secret_value():
        with open_house(settings) as house:
            yield house
        return
    with running_stack(settings) as stack, open_house(stack.settings) as house:
        yield house
