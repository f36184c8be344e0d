"""The second opinion (Zweitprüfung): the official configuration judges an invoice too, and we compare.

It needs the extra `eakte[kosit]` and the configuration KoSIT publishes. Both judge by the same steps; what differs is
where the rules come from. A disagreement never changes our verdict, it calls for a person.
"""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from lxml import etree

from xrechnung.adapters.kosit_bundle import LEVELS, Bundle, BundleScenario, BundleUnusable, read_bundle
from xrechnung.adapters.saxon import Saxon, SaxonMissing, SaxonStopped
from xrechnung.adapters.xml import XmlRefused, parse_xml
from xrechnung.judging.verdict import Refusal, Verdict

__all__ = ["BundleUnusable", "Disagreement", "Opinion", "SecondOpinion", "disagreement"]

_SVRL = "{http://purl.oclc.org/dsdl/svrl}"
_OUR_OWN = frozenset({"XML", "PDF", "SCENARIO", "XSD", "UNDEFINED"})
_WHITE_SPACE = " \t\r\n"
_MOST_NAMED = 10


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the official configuration says about one invoice."""

    release: str
    refusal: Refusal | None
    """At which step it fails; None: it is accepted."""
    scenario: str | None = None
    fired: frozenset[tuple[str, str]] = frozenset()
    """Rules with their level in this scenario: `error`, `warning` or `information`."""
    error: str | None = None
    """Why there is no result, in the words of the parser, the schema or the stylesheet."""

    @property
    def accepted(self) -> bool:
        return self.refusal is None


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Where two judgements of one invoice differ."""

    our_release: str
    their_release: str
    ours: Refusal | None
    theirs: Refusal | None
    only_ours: frozenset[tuple[str, str]]
    only_theirs: frozenset[tuple[str, str]]

    @property
    def is_about_acceptance(self) -> bool:
        return (self.ours is None) != (self.theirs is None)

    @property
    def summary(self) -> str:
        """Two German sentences at most."""
        if self.is_about_acceptance:
            they = "nimmt die Rechnung an" if self.theirs is None else "weist die Rechnung zurück"
            decision = f"Die amtliche Konfiguration ({self.their_release}) {they}, wir nicht."
        else:
            decision = f"Die amtliche Konfiguration ({self.their_release}) entscheidet gleich, nennt aber anderes."
        named = [("nur bei uns", self.only_ours), ("nur dort", self.only_theirs)]
        rules = "; ".join(f"{where}: {_named(found)}" for where, found in named if found)
        return f"{decision} {rules[0].upper()}{rules[1:]}." if rules else decision

    def as_json(self) -> dict[str, Any]:
        """For keeping with the invoice."""
        return {
            "our_release": self.our_release,
            "their_release": self.their_release,
            "ours": self.ours,
            "theirs": self.theirs,
            "only_ours": sorted(self.only_ours),
            "only_theirs": sorted(self.only_theirs),
            "summary": self.summary,
        }


def disagreement(verdict: Verdict, opinion: Opinion) -> Disagreement | None:
    """Where the official configuration differs from our verdict on the same invoice, if anywhere.

    Rules are compared where both sides applied them to the end.
    """
    ours = frozenset(
        (finding.rule, LEVELS[finding.severity])
        for finding in verdict.findings
        if finding.official and finding.rule not in _OUR_OWN
    )
    theirs = opinion.fired
    if Refusal.UNDEFINED in (verdict.refusal, opinion.refusal):
        ours = theirs = frozenset()
    if (verdict.refusal, ours) == (opinion.refusal, theirs):
        return None
    return Disagreement(
        verdict.release, opinion.release, verdict.refusal, opinion.refusal, ours - theirs, theirs - ours
    )


class SecondOpinion:
    """The official configuration at work. Any thread may ask; Saxon works in a thread of its own."""

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="second-opinion")
        self._official = _Official(bundle)
        try:
            self._thread.submit(self._official.start).result()
        except SaxonMissing:
            self.close()
            raise BundleUnusable("Für die Zweitprüfung fehlt das Zusatzpaket „eakte[kosit]“.") from None

    @classmethod
    def open(cls, bundle: Path) -> Self:
        """Read a configuration, ZIP file or folder. Raises `BundleUnusable`."""
        return cls(read_bundle(bundle))

    @property
    def release(self) -> str:
        return self._bundle.release

    def judge(self, data: bytes) -> Opinion:
        """Judge an invoice in XML. Raises `BundleUnusable` where the configuration itself has a fault."""
        try:
            root = parse_xml(data)
        except XmlRefused as refused:
            return Opinion(self.release, Refusal.XML, error=refused.reason)
        return self._thread.submit(self._official.judge, root).result()

    def close(self) -> None:
        self._thread.shutdown()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _Official:
    """Schemas and stylesheets of a configuration, each made ready when it is needed first."""

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle
        self._schemas: dict[str, etree.XMLSchema] = {}
        self._stylesheets: dict[str, Any] = {}

    @cached_property
    def _saxon(self) -> Saxon:
        return Saxon()

    def start(self) -> None:
        """Begin Saxon in this thread, which it then belongs to."""
        assert self._saxon

    def judge(self, root: etree._Element) -> Opinion:
        release = self._bundle.release
        document = self._saxon.document(etree.tostring(root, encoding="unicode"))
        matching = [each for each in self._bundle.scenarios if self._is_for(each, document)]
        if len(matching) != 1:
            return Opinion(release, Refusal.SCENARIO)
        scenario = matching[0]
        if fault := self._fault_of_structure(scenario, root):
            return Opinion(release, Refusal.STRUCTURE, scenario.name, error=fault)
        fired: set[tuple[str, str]] = set()
        stopped = None
        for name in scenario.stylesheets:
            try:
                fired |= _messages(self._saxon.transform(self._stylesheet(name), document), scenario.levels)
            except SaxonStopped as error:
                stopped = f"{name}: {error}"
        if stopped:
            refusal: Refusal | None = Refusal.UNDEFINED
        else:
            refusal = Refusal.RULES if any(level == "error" for _, level in fired) else None
        return Opinion(release, refusal, scenario.name, frozenset(fired), stopped)

    def _is_for(self, scenario: BundleScenario, document: Any) -> bool:
        try:
            return self._saxon.holds(scenario.match, scenario.namespaces, document)
        except SaxonStopped as error:
            raise BundleUnusable(f"Die Bedingung des Szenarios „{scenario.name}“ ist fehlerhaft: {error}") from None

    def _stylesheet(self, name: str) -> Any:
        if name not in self._stylesheets:
            try:
                self._stylesheets[name] = self._saxon.stylesheet(self._bundle.files[name].decode("utf-8-sig"))
            except (SaxonStopped, UnicodeDecodeError) as error:
                raise BundleUnusable(f"Die Prüfregeln „{name}“ lassen sich nicht anwenden: {error}") from None
        return self._stylesheets[name]

    def _fault_of_structure(self, scenario: BundleScenario, root: etree._Element) -> str | None:
        for name in scenario.schemas:
            schema = self._schema(name)
            # libxml2 does not take white space away around dates and numbers, as XML Schema prescribes.
            if not schema.validate(root) and not schema.validate(_trimmed(root)):
                faults = schema.error_log.filter_from_errors()  # type: ignore[attr-defined]  # missing in the stubs
                return next((str(each.message) for each in faults), name)
        return None

    def _schema(self, name: str) -> etree.XMLSchema:
        if name not in self._schemas:
            self._schemas[name] = _compiled(self._bundle.files, name)
        return self._schemas[name]


class _Resources(etree.Resolver):
    """Gives libxml2 files of the configuration and nothing else."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        super().__init__()
        self._files = files

    def resolve(self, system_url: str, public_id: str, context: object) -> object:  # type: ignore[override]
        content = self._files.get(system_url.removeprefix(_BASE), b"")
        return self.resolve_string(content, context, base_url=system_url)


_BASE = "bundle:///"


def _compiled(files: Mapping[str, bytes], name: str) -> etree.XMLSchema:
    parser = etree.XMLParser(no_network=True, resolve_entities=False, load_dtd=False)
    parser.resolvers.add(_Resources(files))
    try:
        return etree.XMLSchema(etree.fromstring(files[name], parser, base_url=_BASE + name))
    except (etree.XMLSchemaParseError, etree.XMLSyntaxError) as error:
        raise BundleUnusable(f"Das Schema „{name}“ ist nicht lesbar: {error}") from None


def _trimmed(root: etree._Element) -> etree._Element:
    """A copy without white space around its values."""
    copy = deepcopy(root)
    for element in copy.iter(etree.Element):
        if len(element) == 0 and element.text:
            element.text = str(element.text).strip(_WHITE_SPACE)
        for name, value in element.attrib.items():
            element.set(name, str(value).strip(_WHITE_SPACE))
    return copy


def _messages(report: str, levels: Mapping[str, str]) -> set[tuple[str, str]]:
    """Rules with their level, from a report in SVRL."""
    root = etree.fromstring(report.encode(), etree.XMLParser(huge_tree=True, resolve_entities=False, no_network=True))
    found = set()
    for each in root.iter(f"{_SVRL}failed-assert", f"{_SVRL}successful-report"):
        rule = each.get("id", "?")
        published = each.get("flag") or each.get("role") or "error"
        found.add((rule, levels.get(rule) or LEVELS.get(published, "error")))
    return found


def _named(rules: frozenset[tuple[str, str]]) -> str:
    names = [f"{rule} ({level})" for rule, level in sorted(rules)]
    more = f" und {len(names) - _MOST_NAMED} weitere" if len(names) > _MOST_NAMED else ""
    return ", ".join(names[:_MOST_NAMED]) + more
