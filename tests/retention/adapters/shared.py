"""Schemas, samples and the checker for xdomea, which lie outside the project (EAKTE_TEST_DATA)."""

import importlib.util
import os
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

DATA = Path(os.environ.get("EAKTE_TEST_DATA") or Path(__file__).parents[4] / "shared" / "data")
XDOMEA = DATA / "xdomea"
CHECKER = DATA.parent / "tools" / "check_xdomea.py"

needs_xdomea = pytest.mark.skipif(
    not (XDOMEA / "schemas").is_dir() or not CHECKER.is_file(),
    reason=f"no xdomea data at {XDOMEA}: set EAKTE_TEST_DATA",
)


@cache
def checker() -> Any:
    spec = importlib.util.spec_from_file_location("check_xdomea", CHECKER)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@cache
def _schemas() -> Any:
    return checker().Schemas(str(XDOMEA / "schemas"))


@cache
def schema(version: str) -> etree.XMLSchema:
    return _schemas().get(version)  # type: ignore[no-any-return]


def complaints(paths: Iterable[Path], **options: Any) -> list[str]:
    """What the checker finds in the messages of a process, errors and warnings."""
    checking = checker().Checker(_schemas(), checker().Options(**options))
    for path in paths:
        checking.check_file(str(path))
    checking.check_together()
    return [str(finding) for finding in checking.findings if finding.level != "NOTE"]
