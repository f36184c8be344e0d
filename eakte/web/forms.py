"""Forms as people fill them in: what they wrote, what is wrong with it, and what it means."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from pydantic import ValidationError
from starlette.datastructures import FormData, UploadFile

from eakte.foundation.bodies import RequestInvalid
from eakte.foundation.errors import Conflict, EakteError, Finding, Forbidden, Invalid
from eakte.foundation.german import in_german
from eakte.foundation.http import Shape
from eakte.foundation.work import UnitOfWork
from eakte.web.wording import advice_of

ShapeT = TypeVar("ShapeT", bound=Shape)
ValueT = TypeVar("ValueT")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something was not done, as a page says it."""

    title: str
    advice: str
    code: str
    findings: Sequence[Finding] = ()
    status: int = 422

    def about(self, name: str) -> str | None:
        """What is wrong with the field `name`."""
        return next((finding.message for finding in self.findings if finding.pointer == name), None)


@dataclass(frozen=True, slots=True)
class Filled:
    """A form with what was written into it, and why it came back."""

    values: Mapping[str, str] = field(default_factory=dict)
    refusal: Refusal | None = None

    def value(self, name: str) -> str:
        return self.values.get(name, "")

    def error(self, name: str) -> str | None:
        return self.refusal.about(name) if self.refusal is not None else None


def texts_of(form: FormData) -> dict[str, str]:
    """The text fields of a form, without blanks around them."""
    return {name: value.strip() for name, value in form.items() if isinstance(value, str) and name != "csrf"}


def files_of(form: FormData, name: str) -> list[UploadFile]:
    """The files somebody chose; browsers send an empty one when nobody chose any."""
    return [file for file in form.getlist(name) if isinstance(file, UploadFile) and (file.filename or file.size)]


# What people write as one text, and what stands between its parts.
_LISTS = {"keywords": ","} | dict.fromkeys(
    ("enclosures", "references", "names", "emails", "addresses", "external_ids"), "\n"
)


def read_shape(shape: type[ShapeT], texts: Mapping[str, str], *, required: Sequence[str] = ("title",)) -> ShapeT:
    """The fields of a form as the shape that the API takes too. Raises RequestInvalid, which names the fields.

    An empty field means "nothing": of a change it empties the value, of something new it is left out.
    """
    known = {name: text for name, text in texts.items() if name in shape.model_fields}
    missing = [Finding("missing", "Die Angabe fehlt.", name) for name in required if not known.get(name)]
    values: dict[str, object] = {name: text or None for name, text in known.items()}
    for name in known.keys() & _LISTS:
        values[name] = [word.strip() for word in known[name].split(_LISTS[name]) if word.strip()]
    values = {name: value for name, value in values.items() if value is not None or not _means_nothing(shape, name)}
    try:
        made = shape.model_validate(values)
    except ValidationError as error:
        named = {finding.pointer for finding in missing}
        found = [
            Finding(str(item["type"]).replace("_", "-"), in_german(item), _name(shape, item["loc"]))
            for item in error.errors()
        ]
        raise RequestInvalid(findings=[*missing, *(one for one in found if one.pointer not in named)]) from error
    if missing:
        raise RequestInvalid(findings=missing)
    return made


def _means_nothing(shape: type[Shape], name: str) -> bool:
    return not shape.__name__.endswith("Patch") or name in ("title", "confidentiality", "medium", "document_kind")


def _name(shape: type[Shape], location: Sequence[object]) -> str:
    """The field's own name; errors speak of its alias."""
    first = str(location[0]) if location else ""
    aliases = {info.alias: name for name, info in shape.model_fields.items()}
    return aliases.get(first, first)


def attempt(work: UnitOfWork, act: Callable[[], ValueT], *also: type[EakteError]) -> ValueT | Refusal:
    """Do something within the work. When it is refused, it leaves nothing behind, and the page can say why.

    What cannot be explained beside a form (not found, a neighbour in trouble) is raised as ever, unless `also`
    names it.
    """
    try:
        with work.session.begin_nested():
            return act()
    except EakteError as error:
        if not isinstance(error, (Conflict, Invalid, Forbidden, *also)):
            raise
        return refusal_of(error)


def refusal_of(error: EakteError) -> Refusal:
    """A refusal in the words of a page."""
    status = 409 if isinstance(error, Conflict) else 403 if isinstance(error, Forbidden) else 422
    return Refusal(error.title, advice_of(error.code(), error.detail), error.code(), error.findings, status)
