"""HTML read as text: nothing is loaded, nothing runs, nothing hidden is shown. Runs inside the sandbox."""

import re
from dataclasses import dataclass

from lxml import etree, html

_LARGEST = 32 * 1024 * 1024
_SILENT = {"script", "style", "head", "title", "noscript", "template", "object", "embed", "iframe", "svg", "math"}
_BLOCKS = {
    *("p", "div", "table", "tr", "ul", "ol", "li", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre"),
    *("hr", "section", "article", "header", "footer", "address", "dl", "dt", "dd", "form", "fieldset", "center"),
}
_ACTIVE = {"script", "object", "embed", "iframe", "form", "applet", "meta", "base"}
_LOADING = ("src", "background", "srcset", "poster", "data", "href")
_REMOTE = re.compile(r"(?i)^\s*(https?:|ftp:|file:|smb:|\\\\|//|javascript:|vbscript:)")
_STYLE_LOADS = re.compile(r"(?i)(url\s*\(\s*['\"]?\s*(https?:|//|file:)|@import|expression\s*\()")
_HIDING = re.compile(r"(?i)display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|font-size\s*:\s*0")


@dataclass(frozen=True, slots=True)
class HtmlText:
    """The visible words of a page, and whether it would have run something or asked another computer for something."""

    text: str
    reaches_out: bool


def text_of_html(source: str) -> HtmlText:
    """Read HTML as a person would see it, without pictures; links show where they lead if that is not their text."""
    # What the page says of its coding counts for nothing: it was decoded already.
    parser = html.HTMLParser(no_network=True, remove_comments=True, remove_pis=True, encoding="utf-8")
    try:
        root = html.document_fromstring(source[:_LARGEST].encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return HtmlText("", False)
    pieces: list[str] = []
    _collect(root, pieces)
    text = re.sub(r"[ \t\xa0]*\n[ \t\xa0]*", "\n", "".join(pieces))
    return HtmlText(re.sub(r"\n{3,}", "\n\n", text).strip(), any(map(_reaches_out, root.iter(etree.Element))))


def _collect(root: html.HtmlElement, pieces: list[str]) -> None:
    """Walk the tree without recursion, for pages may be nested as deep as they like."""
    waiting: list[tuple[html.HtmlElement, bool]] = [(root, False)]
    while waiting:
        element, left = waiting.pop()
        tag = element.tag if isinstance(element.tag, str) else ""
        if left:
            pieces.append(_after(element, tag))
            pieces.append(_collapsed(element.tail))
            continue
        if not tag or tag in _SILENT or _HIDING.search(element.get("style") or ""):
            pieces.append(_collapsed(element.tail))
            continue
        pieces.append("\n" if tag in _BLOCKS or tag == "br" else "")
        pieces.append("• " if tag == "li" else "")
        pieces.append((element.text or "") if tag == "pre" else _collapsed(element.text))
        waiting.append((element, True))
        waiting += [(child, False) for child in reversed(element)]


def _after(element: html.HtmlElement, tag: str) -> str:
    if tag == "a":
        target = (element.get("href") or "").strip()
        shown = "".join(element.itertext()).strip()
        web = re.match(r"(?i)(https?:|mailto:)", target)
        return (
            f" <{target}>" if web and target.rstrip("/") not in (shown, f"mailto:{shown}", f"https://{shown}") else ""
        )
    return "\n" if tag in _BLOCKS else "\t" if tag in ("td", "th") else ""


def _collapsed(text: str | None) -> str:
    return re.sub(r"[ \t\r\n]+", " ", text or "")


def _reaches_out(element: html.HtmlElement) -> bool:
    tag = element.tag if isinstance(element.tag, str) else ""
    if tag == "meta":
        return (element.get("http-equiv") or "").lower() == "refresh"
    if tag in _ACTIVE or any(str(name).lower().startswith("on") for name in element.attrib):
        return True
    loaded = [element.get(name) for name in _LOADING if not (name == "href" and tag in ("a", "area"))]
    if any(each and _REMOTE.match(each) for each in loaded):
        return True
    if tag in ("a", "area"):
        return bool(re.match(r"(?i)\s*(javascript|vbscript|file|smb|data):", element.get("href") or ""))
    return bool(_STYLE_LOADS.search((element.get("style") or "") + (element.text or "" if tag == "style" else "")))
