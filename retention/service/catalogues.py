"""Taking over catalogues of rules (Regelkatalog übernehmen), those of the city and the examples that are shipped."""

from dataclasses import asdict, dataclass
from importlib.resources import files

from eakte.access import Permission
from eakte.access.queries import require_unlimited
from eakte.foundation.ids import new_id
from eakte.foundation.messages import changes_of
from eakte.foundation.work import UnitOfWork
from retention.adapters.catalogue_yaml import read_catalogue
from retention.errors import CatalogueUnknown
from retention.messages import RetentionRuleChanged
from retention.models.rules import ProtectionNeed, RetentionRule
from retention.queries.rules import rules_of_catalogue
from retention.rules.catalogues import CatalogueRule

_DATA = files("retention") / "data"


@dataclass(frozen=True, slots=True)
class CatalogueTaken:
    """What taking over a catalogue did; `missing` are keys of rules that are no longer in the file and stay."""

    catalogue: str
    created: int
    changed: int
    unchanged: int
    missing: tuple[str, ...]


def shipped_catalogues() -> list[str]:
    """The names of the catalogues that come with the product, as examples."""
    return sorted(one.name.removesuffix(".yaml") for one in _DATA.iterdir() if one.name.endswith(".yaml"))


def shipped_catalogue(name: str) -> bytes:
    """Raises CatalogueUnknown."""
    known = shipped_catalogues()
    if name not in known:
        raise CatalogueUnknown(known=", ".join(known))
    return (_DATA / f"{name}.yaml").read_bytes()


def import_catalogue(work: UnitOfWork, content: bytes) -> CatalogueTaken:
    """Take over a catalogue: new rules come, known ones change, others stay; a repeat changes nothing.

    A rule that is no longer in the file may hang somewhere, so it is named and never deleted. Raises CatalogueInvalid,
    ActionForbidden.
    """
    require_unlimited(work, Permission.MANAGE_RETENTION)
    catalogue = read_catalogue(content)
    known = rules_of_catalogue(work.session, catalogue.key)
    created = changed = 0
    for wanted in catalogue.rules:
        rule = known.get(wanted.key)
        if rule is None:
            _create(work, catalogue.key, wanted)
            created += 1
        elif _change(work, rule, wanted):
            changed += 1
    missing = tuple(sorted(known.keys() - {rule.key for rule in catalogue.rules}))
    unchanged = len(catalogue.rules) - created - changed
    return CatalogueTaken(catalogue.key, created, changed, unchanged, missing)


def _create(work: UnitOfWork, catalogue: str, wanted: CatalogueRule) -> None:
    rule = RetentionRule(id=new_id(), catalogue=catalogue, **_fields(wanted))
    changes = {name: change for name, change in changes_of(rule).items() if change[1] is not None}
    work.session.add(rule)
    work.session.flush()
    work.publish(RetentionRuleChanged(record_id=rule.id, changes=changes))


def _change(work: UnitOfWork, rule: RetentionRule, wanted: CatalogueRule) -> bool:
    for name, value in _fields(wanted).items():
        if getattr(rule, name) != value:
            setattr(rule, name, value)
    changes = changes_of(rule)
    if changes:
        work.session.flush()
        work.publish(RetentionRuleChanged(record_id=rule.id, changes=changes))
    return bool(changes)


def _fields(wanted: CatalogueRule) -> dict[str, object]:
    return {**asdict(wanted), "protection": ProtectionNeed(wanted.protection)}
