"""The official configuration (Prüftool-Konfiguration of KoSIT), a ZIP file or a folder, read without trusting it.

`scenarios.xml` says by an XPath which documents a scenario is for, with which schemas and compiled Schematron rules
they are judged, and which rules weigh otherwise than published. Its report templates are not run: they only word the
decision, and that is known.
"""

import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from lxml import etree

from xrechnung.adapters.xml import XmlRefused, parse_xml

LARGEST = 256 * 1024 * 1024
"""Bytes of all files together; the official configuration has 6 MB."""
MOST_FILES = 5_000

_READ = frozenset({".xml", ".xsd", ".xsl", ".xslt"})
_SCENARIOS = "scenarios.xml"
_NS = "{http://www.xoev.de/de/validator/framework/1/scenarios}"
_DECISION = "/rep:report/rep:assessment[1]/rep:accept[1]"
"""The one acceptMatch in use: accepted unless a message has the level error."""
LEVELS = {"fatal": "error", "error": "error", "warning": "warning", "information": "information"}
"""The level of a message by the word a rule set or a scenario uses for it."""


class BundleUnusable(Exception):
    """The official configuration cannot be used (amtliche Konfiguration nicht verwendbar)."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
        """A German sentence."""


@dataclass(frozen=True, slots=True)
class BundleScenario:
    """One scenario: which documents it is for, and how they are judged."""

    name: str
    match: str
    namespaces: Mapping[str, str]
    schemas: tuple[str, ...]
    stylesheets: tuple[str, ...]
    levels: Mapping[str, str]
    """Level of a rule where the scenario sets it."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """A configuration in memory: its release, its scenarios, its files by their path."""

    release: str
    scenarios: tuple[BundleScenario, ...]
    files: Mapping[str, bytes]


def read_bundle(path: Path) -> Bundle:
    """Read a configuration. Raises `BundleUnusable`."""
    if path.is_dir():
        files = _gathered(_in_folder(path))
    elif path.is_file():
        files = _from_zip(path)
    else:
        raise BundleUnusable(f"Die amtliche Konfiguration {path} gibt es nicht.")
    files = _from_its_root(files)
    try:
        root = parse_xml(files[_SCENARIOS])
    except XmlRefused as refused:
        raise BundleUnusable(f"Die Datei {_SCENARIOS} ist nicht lesbar: {refused.reason}") from None
    scenarios = tuple(_scenario(each, files) for each in root.iterchildren(f"{_NS}scenario"))
    if not scenarios:
        raise BundleUnusable(f"Die Datei {_SCENARIOS} enthält kein Szenario.")
    return Bundle(_text(root, "date") or _text(root, "name"), scenarios, files)


def _from_zip(path: Path) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(path) as archive:
            return _gathered(_in_zip(archive))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError) as error:
        raise BundleUnusable(f"Die amtliche Konfiguration {path} ist kein lesbares ZIP-Archiv.") from error


def _in_zip(archive: zipfile.ZipFile) -> Iterator[tuple[str, bytes]]:
    for entry in archive.infolist():
        name = PurePosixPath(entry.filename.replace("\\", "/"))
        if entry.is_dir() or name.suffix not in _READ:
            continue
        if name.is_absolute() or ".." in name.parts:
            raise BundleUnusable(f"Die amtliche Konfiguration enthält den unzulässigen Pfad „{entry.filename}“.")
        with archive.open(entry) as file:
            yield str(name), file.read(LARGEST + 1)


def _in_folder(folder: Path) -> Iterator[tuple[str, bytes]]:
    root = folder.resolve()
    for file in sorted(root.rglob("*")):
        if file.suffix in _READ and file.is_file() and file.resolve().is_relative_to(root):
            with file.open("rb") as opened:
                yield file.relative_to(root).as_posix(), opened.read(LARGEST + 1)


def _gathered(found: Iterator[tuple[str, bytes]]) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    size = 0
    for name, content in found:
        files[name] = content
        size += len(content)
        if size > LARGEST or len(files) > MOST_FILES:
            raise BundleUnusable("Die amtliche Konfiguration ist größer, als eine sein kann.")
    return files


def _from_its_root(files: dict[str, bytes]) -> dict[str, bytes]:
    """Paths from where `scenarios.xml` lies: archives may have a folder around everything."""
    found = [PurePosixPath(name) for name in files if PurePosixPath(name).name == _SCENARIOS]
    if not found:
        raise BundleUnusable(f"In der amtlichen Konfiguration fehlt die Datei {_SCENARIOS}.")
    root = min(found, key=lambda name: len(name.parts)).parent
    return {
        str(PurePosixPath(name).relative_to(root)): content
        for name, content in files.items()
        if PurePosixPath(name).is_relative_to(root)
    }


def _scenario(element: etree._Element, files: Mapping[str, bytes]) -> BundleScenario:
    name = _text(element, "name")
    accepts = _text(element, "acceptMatch")
    if accepts and accepts != _DECISION:
        raise BundleUnusable(f"Das Szenario „{name}“ entscheidet auf eine Weise, die hier nicht bekannt ist.")
    levels: dict[str, str] = {}
    for custom in element.iterfind(f"{_NS}createReport/{_NS}customLevel"):
        level = LEVELS.get(custom.get("level", ""))
        if level is None:
            raise BundleUnusable(f"Das Szenario „{name}“ kennt die unbekannte Stufe „{custom.get('level')}“.")
        levels.update(dict.fromkeys((custom.text or "").split(), level))
    return BundleScenario(
        name,
        _text(element, "match"),
        {each.get("prefix", ""): (each.text or "").strip() for each in element.iterchildren(f"{_NS}namespace")},
        _resources(element, "validateWithXmlSchema", files),
        _resources(element, "validateWithSchematron", files),
        levels,
    )


def _resources(scenario: etree._Element, kind: str, files: Mapping[str, bytes]) -> tuple[str, ...]:
    found = tuple(
        str(PurePosixPath((location.text or "").strip()))
        for location in scenario.iterfind(f"{_NS}{kind}/{_NS}resource/{_NS}location")
    )
    for location in found:
        if location not in files:
            raise BundleUnusable(f"In der amtlichen Konfiguration fehlt die Datei „{location}“.")
    return found


def _text(element: etree._Element, name: str) -> str:
    return (element.findtext(f"{_NS}{name}") or "").strip()
