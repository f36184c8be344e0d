"""The semantic model as JSON."""

from dataclasses import fields
from datetime import date
from decimal import Decimal
from typing import Any

from xrechnung.model.invoice import Invoice
from xrechnung.model.values import Attachment, Identifier


def to_json(invoice: Invoice) -> dict[str, Any]:
    """The invoice as plain dicts and lists, with the model's names as keys.

    Amounts and quantities are texts with all their digits, days are ISO 8601, an identifier is
    `{value, scheme?, scheme_version?}`, an attachment `{filename, media_type, size, sha256}` without its content
    (`sha256` null where that is no base64). What is not filled is left out.
    """
    return _group(invoice)


def _group(part: Any) -> dict[str, Any]:
    found = {field.name: _value(getattr(part, field.name)) for field in fields(part)}
    return {name: value for name, value in found.items() if value not in (None, [], {})}


def _value(value: Any) -> Any:
    match value:
        case None | str() | int():
            return value
        case Decimal():
            return f"{value:f}"
        case date():
            return value.isoformat()
        case tuple():
            return [_value(each) for each in value]
        case Attachment():
            return _attachment(value)
        case Identifier():
            return _group(value)
        case _:
            return _group(value)


def _attachment(attachment: Attachment) -> dict[str, Any]:
    try:
        digest = attachment.sha256
    except ValueError:
        digest = None
    return {
        "filename": attachment.filename,
        "media_type": attachment.media_type,
        "size": attachment.size,
        "sha256": digest,
    }
