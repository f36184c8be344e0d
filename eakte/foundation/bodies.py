"""Bodies of requests: bounded while they stream, and forms with known fields only."""

import hmac
from collections.abc import Collection

from fastapi import Request
from starlette.datastructures import FormData, UploadFile
from starlette.types import Message

from eakte.foundation.errors import Finding, Invalid, TooLarge

# For everything that is no upload of files; the longest is a filing plan.
TEXT_LIMIT_MB = 32


class RequestInvalid(Invalid):
    """Angaben fehlen oder sind ungültig."""

    advice = "Bitte die unter „errors“ genannten Felder berichtigen."


def bounded(request: Request, limit_mb: int) -> Request:
    """The same request, whose body breaks off with TooLarge when it is longer than `limit_mb`.

    A length that is announced is believed, so that nothing of such a body is read. Raises TooLarge.
    """
    limit, refusal = limit_mb << 20, TooLarge(limit=f"{limit_mb} MB")
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and (len(announced) > 18 or int(announced) > limit):
        raise refusal
    taken = 0

    async def receive() -> Message:
        nonlocal taken
        message = await request.receive()
        taken += len(message.get("body", b""))
        if taken > limit:
            raise refusal
        return message

    return Request(request.scope, receive)


async def must_have_only(request: Request, fields: Collection[str]) -> None:
    """Read the form of a request, files to disk, and refuse fields that the route does not know.

    The form stays with the request. Raises RequestInvalid, TooLarge.
    """
    form = await request.form()
    unknown = [name for name in dict.fromkeys(form) if name not in fields]
    if unknown:
        await form.close()
        sentence = "Dieses Feld ist unbekannt."
        raise RequestInvalid(findings=[Finding("extra-forbidden", sentence, f"/body/{name}") for name in unknown])


def take_in_form(digest: hmac.HMAC, form: FormData) -> None:
    """Add what a form says to a digest: fields, values, names and bytes of files, which are read piece by piece.

    Not the body as it was sent: who repeats a form separates its parts with another boundary.
    """
    for name, value in form.multi_items():
        if not isinstance(value, UploadFile):
            digest.update(f"{(name, value)!a}\n".encode())
            continue
        # With the length before them, no bytes are mistaken for the next field.
        digest.update(f"{(name, value.filename, value.size)!a}\n".encode())
        value.file.seek(0)
        while piece := value.file.read(_PIECE):
            digest.update(piece)
        value.file.seek(0)


_PIECE = 1 << 20
