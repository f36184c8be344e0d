"""The page in a real browser: without barriers (WCAG 2.2 AA), on a telephone as on a screen."""

import json
import re
import shutil
import subprocess
from html import escape, unescape
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from tests.support.invoices import a_ubl_invoice, with_attachment
from tests.xrechnung.showing.support import TODAY, read
from tests.xrechnung.showing.test_views import LINES, TWO_STEPS, found, verdict_with
from xrechnung.judging.deciding import judge_invoice
from xrechnung.showing.views import view_html

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
pytestmark = pytest.mark.skipif(BROWSER is None, reason="no Chromium here; with one, pages are looked at in it")

# What WCAG 2.2 AA asks and a program can see. Targets must have 24 pixels, or be within a sentence (2.5.8).
_LOOK = """
axe.run(document, {runOnly: {type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice']}})
.then(result => {
  const seen = {
    broken: result.violations.map(each => [each.id, each.nodes.map(node => node.html.slice(0, 200))]),
    unsure: result.incomplete.map(each => [each.id, each.nodes.map(node => node.html.slice(0, 200))]),
    passed: result.passes.length,
    wider: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    small: [...document.querySelectorAll('a.mark, .places a')].filter(link =>
      link.getClientRects().length && link.getBoundingClientRect().height < 24).map(link => link.textContent),
  };
  parent.document.title = 'SEEN' + JSON.stringify(seen);
});
"""


def looked_at(page: str, width: int, folder: Path) -> Any:
    """What a browser window of that width, and axe-core in it, have to say about a page."""
    axe = (files("axe_core_python") / "axe.min.js").read_text("utf-8").replace("</script", "<\\/script")
    # The page itself allows no scripts; this one looks at it from within.
    own = re.sub(r"<meta http-equiv=\"Content-Security-Policy\"[^>]*>", "", page)
    own = own.replace("</body>", f"<script>{axe}</script><script>window.onload = () => {{ {_LOOK} }}</script></body>")
    frame = folder / "frame.html"
    frame.write_text(
        f'<!doctype html><title>-</title><iframe width="{width}" height="900" srcdoc="{escape(own)}"></iframe>', "utf-8"
    )
    assert BROWSER is not None
    command = [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=30000", "--dump-dom"]
    command += [f"--user-data-dir={folder / 'profile'}", frame.as_uri()]
    shown = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout
    (told,) = re.findall(r"<title>SEEN(.*?)</title>", shown, re.S)
    return json.loads(unescape(told))


def a_refused_invoice() -> str:
    wrong = a_ubl_invoice(gross="120.00", leitweg="", iban="DE00", due="2026-01-01", terms=TWO_STEPS)
    data = with_attachment(wrong, b"x")
    return view_html(read(data), judge_invoice(data, today=TODAY), attachment_address="/anlagen/{number}")


def lines_with_findings() -> str:
    places = (f"/ubl:Invoice/cac:InvoiceLine[{number}]" for number in (1, 2, 3))
    return view_html(LINES, verdict_with(*(found("BT-131", at=place) for place in places), found("BT-10")))


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("page", [a_refused_invoice, lines_with_findings], ids=["refused", "lines"])
def test_nothing_bars_anybody_from_reading_an_invoice(page, width: int, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    seen = looked_at(page(), width, tmp_path)
    assert seen["passed"] > 20
    assert not seen["broken"]
    assert not seen["unsure"]
    assert not seen["small"]
    assert seen["wider"] <= 0, "nothing is to be read by scrolling sideways"
