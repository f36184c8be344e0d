"""What somebody does with batches at the browser."""

from collections.abc import Callable
from typing import Any

from eakte.foundation.work import House
from tests.support.queue import work_off_ingests
from tests.web.conftest import Page, Visitor

Scan = Callable[..., str]


def begin(visitor: Visitor, **fields: str) -> str:
    """The path of a new batch."""
    visitor.open("/stapel/neu")
    page = visitor.send("/stapel/neu", {"profile": "standard", **fields})
    assert page.status == 200, page.words()
    return page.path.split("?")[0]


def decide(visitor: Visitor, house: House, path: str, fields: dict[str, str] | None = None, **how: Any) -> Page:
    """Send a form of the page that is open, and let the workers do what follows."""
    page = visitor.send(path, fields, **how)
    work_off_ingests(house)
    return page


def refused(page: Page) -> str:
    """Why something was not done."""
    return page.words("//*[@role='alert']")


def told(page: Page) -> str:
    """What was done."""
    return page.words("//*[@role='status']")


def buttons(page: Page) -> str:
    """The actions a batch offers."""
    return page.words("//section[@class='actions']")


def parts_of(visitor: Visitor, path: str) -> list[str]:
    """The paths of the documents of a batch, in their order."""
    found = visitor.open(path).links("//tbody//td[1]//a")
    assert all(href.startswith(f"{path}/dokumente/") for href in found)
    return found
