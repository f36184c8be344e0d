"""A sheet as one HTML page that needs nothing else: no script, no network, its own styles."""

from base64 import b64encode
from hashlib import sha256

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from xrechnung.showing.harmless import NAMED, readable
from xrechnung.showing.sheet import Sheet


def render_html(sheet: Sheet, footer: str) -> str:
    """The page; the policy in its head allows its own style sheet and nothing else."""
    notes = {note.number: note for note in sheet.judgement.notes} if sheet.judgement else {}
    return _PAGE.render(sheet=sheet, notes=notes, css=Markup(_CSS), policy=_POLICY, footer=footer)  # noqa: S704 our own file


def _shown(text: str) -> Markup:
    """Foreign text escaped, with what could mislead or hide set apart."""
    return Markup(NAMED.sub(_CONTROL, str(escape(readable(text)))))  # noqa: S704 escaped one line above


_CONTROL = r'<span class="control" title="Unsichtbares Zeichen">\g<0></span>'
_ENVIRONMENT = Environment(
    loader=PackageLoader("xrechnung.showing"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_ENVIRONMENT.filters.update(shown=_shown, shown_plain=readable)
_PAGE = _ENVIRONMENT.get_template("view.html")
_CSS = _ENVIRONMENT.loader.get_source(_ENVIRONMENT, "view.css")[0] if _ENVIRONMENT.loader else ""
_DIGEST = b64encode(sha256(_CSS.encode()).digest()).decode()
_POLICY = f"default-src 'none'; style-src 'sha256-{_DIGEST}'; base-uri 'none'; form-action 'none'"
