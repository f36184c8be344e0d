"""API and worker that come back at once when they are killed: their guard has loaded them, and forks.

Loading takes seconds of processor time at each start; that a process loads all it needs, others test. What is killed
is the process that works, and the guard is the product's own.
"""

import os
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from eakte.entrypoints.cli import command_line, main
from eakte.entrypoints.commands.lazy import LazyCommand
from eakte.foundation.embedded import Supervised
from eakte.foundation.embedded.guard import Guard, read_order

_ROOT = Path(__file__).parents[2]
_SOON_S = 0.2


class Preloaded(Supervised):
    """A command of `eakte` under a guard that has it loaded; however often it dies, it is back soon."""

    guarded_by = ("-c", f"import sys; sys.path[0] = {str(_ROOT)!r}; import tests.support.preloaded as it; it.watch()")

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._order["restart_longest_s"] = _SOON_S


class _LoadedGuard(Guard):
    def run_command(self, environment: dict[str, str]) -> None:
        os._exit(become(self.order["command"][-1:], environment))


def watch() -> None:
    """The guard's program."""
    order = read_order()
    command = command_line().commands[order["command"][-1]]
    assert isinstance(command, LazyCommand)
    command.loaded()
    code = _LoadedGuard(order).run()
    sys.exit(code if code >= 0 else 128 - code)


def become(arguments: list[str], environment: Mapping[str, str]) -> int:
    """Run `eakte` with these arguments and this environment in this process; its exit status."""
    sys.argv = ["eakte", *arguments]
    os.environ.clear()
    os.environ.update(environment)
    try:
        main()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except Exception:  # noqa: BLE001  told as Python tells it
        traceback.print_exc()
        return 1
    else:
        return 0
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
