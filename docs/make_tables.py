"""Writes the generated tables of the documentation anew: `make docs`."""

import re
from pathlib import Path

import eakte.entrypoints.api  # noqa: F401  knows every package, so that every error is known here
from eakte.entrypoints.problems import problem_table

API = Path(__file__).with_name("api.md")


def with_tables(text: str) -> str:
    """`text` with everything generated in it up to date."""
    block = f"<!-- problems -->\n{problem_table()}\n<!-- /problems -->"
    return re.sub(r"<!-- problems -->.*<!-- /problems -->", lambda _: block, text, flags=re.DOTALL)


if __name__ == "__main__":
    API.write_text(with_tables(API.read_text()))
