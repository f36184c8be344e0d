"""When files have stopped growing, and which of them belong together. Knows no disk and no clock."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from ingest.splitting.order import natural_key

DONE, REFUSED = "done", "refused"
"""Where input is put away, beside the input itself. Nothing below is input."""
REASON = ".grund.txt"
SIDECARS = frozenset({"batch.json", "batch.toml"})
LOOSE = ""
"""The origin of files that lie in no folder of their own."""

_GROWING = re.compile(r"(?i).*(\.(tmp|temp|part|partial|filepart|crdownload|download|swp|lock)|~)|~.*")
_JUNK = frozenset({"thumbs.db", "desktop.ini", "ehthumbs.db"})


@dataclass(frozen=True, slots=True)
class Entry:
    """A file as it looks now. `name` is its path below the source, with `/`.

    `stamp` changes whenever its bytes may have. `age_s` is how long ago it was last written, if that is known for
    sure; a clock of another machine is not sure.
    """

    name: str
    stamp: str
    age_s: float | None = None


@dataclass(frozen=True, slots=True)
class Patience:
    """A file counts when it looked the same for `settle_s`; a stack is complete when nothing came for `quiet_s`.

    Files that keep coming without end become a stack after `longest_s`, or when they are `most_files`. A folder is
    one stack however long it takes.
    """

    settle_s: float = 5.0
    quiet_s: float = 10.0
    longest_s: float = 600.0
    most_files: int = 5000


PATIENCE = Patience()


@dataclass(frozen=True, slots=True)
class Stack:
    """Files that belong together, in natural order; `origin` is their folder."""

    origin: str
    entries: tuple[Entry, ...]
    sidecar: Entry | None


@dataclass(frozen=True, slots=True)
class _Seen:
    stamp: str
    first_at: float
    changed_at: float
    settled_at: float


def is_input(name: str) -> bool:
    """Whether a path is something people brought, as opposed to what we or their desktops left."""
    path = PurePosixPath(name)
    hidden = any(part.startswith(".") for part in path.parts)
    return path.parts[0] not in (DONE, REFUSED) and not hidden and path.name.lower() not in _JUNK


def is_growing(name: str) -> bool:
    """Whether a name says of itself that somebody is still writing (`scan.pdf.part`, `~scan.pdf`)."""
    return _GROWING.fullmatch(PurePosixPath(name).name) is not None


class Stacker:
    """Remembers what it saw when."""

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._seen: dict[str, _Seen] = {}

    @property
    def waits(self) -> bool:
        """Whether something lies there that may be complete soon."""
        return bool(self._seen)

    def look(self, entries: Iterable[Entry], *, at: float) -> Iterator[Stack]:
        """The stacks that are complete at `at`, in seconds of a clock that never jumps."""
        entries = [entry for entry in entries if is_input(entry.name)]
        self._seen = {entry.name: self._sight(entry, at) for entry in entries}
        piles: dict[str, list[Entry]] = defaultdict(list)
        for entry in entries:
            folder = PurePosixPath(entry.name).parts[0] if "/" in entry.name else LOOSE
            piles[folder].append(entry)
        for origin in sorted(piles, key=natural_key):
            stack = self._stack(origin, piles[origin], at)
            if stack is not None:
                yield stack

    def forget(self, names: Iterable[str]) -> None:
        """What was taken is not waited for any more."""
        for name in names:
            self._seen.pop(name, None)

    def _sight(self, entry: Entry, at: float) -> _Seen:
        before = self._seen.get(entry.name)
        if before is not None and before.stamp == entry.stamp:
            return before
        first_at = at if before is None else before.first_at
        # Renamed into place, it was finished elsewhere; what changed before our eyes was not.
        known_still = entry.age_s if before is None and entry.age_s is not None else 0.0
        return _Seen(entry.stamp, first_at, at, at + self._patience.settle_s - known_still)

    def _stack(self, origin: str, pile: list[Entry], at: float) -> Stack | None:
        files = [entry for entry in pile if not is_growing(entry.name)]
        settled = [entry for entry in files if self._seen[entry.name].settled_at <= at]
        if origin == LOOSE:
            complete = self._is_quiet(files, at) and len(settled) == len(files)
            if not complete and not self._is_overdue(settled, at):
                return None
        elif len(settled) < len(files) or not self._is_quiet(files, at) or self._is_written(pile, at):
            return None
        sidecar = next((entry for entry in settled if _is_sidecar(entry, origin)), None)
        papers = [entry for entry in settled if not _is_sidecar(entry, origin)]
        papers.sort(key=lambda entry: (natural_key(entry.name), entry.name))
        if origin == LOOSE:
            papers = papers[: self._patience.most_files]
        return Stack(origin, tuple(papers), sidecar) if papers else None

    def _is_quiet(self, files: list[Entry], at: float) -> bool:
        return all(at - self._seen[entry.name].changed_at >= self._patience.quiet_s for entry in files)

    def _is_overdue(self, settled: list[Entry], at: float) -> bool:
        oldest = min((self._seen[entry.name].first_at for entry in settled), default=at)
        return at - oldest >= self._patience.longest_s or len(settled) >= self._patience.most_files

    def _is_written(self, pile: list[Entry], at: float) -> bool:
        """Whether somebody still writes; a half file that nobody touched for long was left behind."""
        growing = (self._seen[entry.name] for entry in pile if is_growing(entry.name))
        return any(at - seen.changed_at < self._patience.longest_s for seen in growing)


def _is_sidecar(entry: Entry, origin: str) -> bool:
    path = PurePosixPath(entry.name)
    return path.name.lower() in SIDECARS and str(path.parent) == (origin or ".")
