"""How the commands speak to people: results on the output, everything else beside it."""

import sys

from rich.console import Console

# Tables keep their columns when the output goes into a file or a log.
out = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else 140)
err = Console(stderr=True, highlight=False, soft_wrap=True)
