"""Reading what archives answer: appraisals (0502) and import results (0506), entry by entry."""

from collections.abc import Iterator

from retention.adapters.xdomea.errors import MessageIncomplete
from retention.adapters.xdomea.flaws import Flaw
from retention.adapters.xdomea.parsing import Element, Parser, child, children, code, text, texts
from retention.rules.exchange import Appraisal, ImportResult
from retention.rules.nodes import Decision

_APPRAISED = ("BewertetesObjekt", "BewertetesSGO")
_DECISIONS = {decision.value: decision for decision in Decision}


def read_appraisals(root: Element, parser: Parser) -> tuple[Appraisal, ...]:
    """Raises MessageIncomplete when no record is appraised at all."""
    found = tuple(_appraisals(root, parser))
    if not found:
        raise MessageIncomplete(reason="Das Bewertungsverzeichnis bewertet kein einziges Schriftgutobjekt.")
    return found


def read_import(root: Element, parser: Parser) -> tuple[tuple[ImportResult, ...], bool | None, tuple[str, ...]]:
    """The results, and what is said about the whole."""
    whole = child(root, "ErfolgOderMisserfolg")
    succeeded = parser.truth(text(whole, "Erfolgreich")) if whole is not None else None
    return tuple(_results(root, parser)), succeeded, _reasons(whole)


def _appraisals(root: Element, parser: Parser) -> Iterator[Appraisal]:
    for entry in children(root, *_APPRAISED):
        written = _id(entry)
        record_id = parser.uuid(written)
        if record_id is None:
            continue
        kind = child(entry, "Aussonderungsart")
        said, configured = code(kind, "Aussonderungsart"), text(kind, "AussonderungsartKonfigurierbar")
        if said not in _DECISIONS and not configured:
            parser.flaws.add(Flaw.CODE_UNKNOWN, said, written)
        yield Appraisal(
            record_id=record_id,
            decision=_DECISIONS.get(said),
            configured=configured or None,
            id_as_written=written,
        )


def _results(root: Element, parser: Parser) -> Iterator[ImportResult]:
    for entry in children(root, "AusgesondertesSGO"):
        written = _id(entry)
        record_id = parser.uuid(written)
        said = child(entry, "ErfolgOderMisserfolg")
        outcome = said if said is not None else entry
        succeeded = parser.truth(text(outcome, "Erfolgreich"), written)
        if record_id is None or succeeded is None:
            continue
        yield ImportResult(
            record_id=record_id,
            succeeded=succeeded,
            reasons=_reasons(outcome),
            codes=tuple(filter(None, (text(one, "code") for one in children(outcome, "FehlermeldungCode")))),
            archive_reference=text(entry, "Archivkennung") or None,
            id_as_written=written,
        )


def _id(entry: Element) -> str:
    return text(entry, "ID") or text(entry, "IDSGO") or text(entry, "xdomeaUUID")


def _reasons(outcome: Element | None) -> tuple[str, ...]:
    return texts(outcome, "Fehlermeldung")
