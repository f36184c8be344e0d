"""What has to be done with a page, decided page by page (a native page must not hide a scanned one)."""

from dataclasses import dataclass
from enum import StrEnum

from ingest.recognition.trust import is_trustworthy

_FEW_LETTERS = 250
_MOST_OF_PAGE = 0.5
_LAYER_LETTERS = 30


class Plan(StrEnum):
    """`RECOGNIZE_PICTURES`: a scan that carries a little real text (a stamp, a header line), which is kept."""

    KEEP = "keep"
    EMPTY = "empty"
    RECOGNIZE = "recognize"
    RECOGNIZE_PICTURES = "recognize-pictures"


@dataclass(frozen=True, slots=True)
class PageContent:
    """What stands on a page of a PDF; `image_share` is the part of its area covered by images."""

    objects: int
    visible_letters: int
    hidden_letters: int
    image_share: float
    annotations: bool
    text: str


def plan_page(page: PageContent) -> Plan:
    """Keep a text layer that can be believed, recognise everything else that shows something."""
    if page.objects == 0 and not page.annotations:
        return Plan.EMPTY
    if not page.text or not is_trustworthy(page.text):
        return Plan.RECOGNIZE
    scanned = page.image_share >= _MOST_OF_PAGE
    if scanned and page.hidden_letters < _LAYER_LETTERS and 0 < page.visible_letters < _FEW_LETTERS:
        return Plan.RECOGNIZE_PICTURES
    return Plan.KEEP
