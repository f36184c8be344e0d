"""Words that no laid-out page shows: cut off in narrow cells, on hidden sheets, in comments. Search finds them."""

import re
from collections import Counter
from collections.abc import Sequence

_WORD = re.compile(r"\w[\w.,/-]*\w|\w")


def with_unseen_words(pages: Sequence[str], sections: Sequence[str]) -> tuple[str, ...]:
    """The words of each page, and after them the lines of the content of which some words stand on no page.

    Such a line goes to the page that shows most of it, else to the last one.
    """
    page_of: dict[str, int] = {}
    for number, text in enumerate(pages):
        for word in _WORD.findall(text):
            page_of.setdefault(word.casefold(), number)
    unseen: list[list[str]] = [[] for _ in pages]
    for line in (line for section in sections for line in section.splitlines()):
        words = [word.casefold() for word in _WORD.findall(line)]
        if all(word in page_of for word in words):
            continue
        shown = Counter(page_of[word] for word in words if word in page_of).most_common(1)
        unseen[shown[0][0] if shown else -1].append(line.strip())
    return tuple("\n".join([text, *lines]) if lines else text for text, lines in zip(pages, unseen, strict=True))
