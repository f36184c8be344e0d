"""When an archive counts as silent, and which answers a message waits for."""

from datetime import date, timedelta

from retention.rules.exchange import MessageType

AWAITED: dict[MessageType, tuple[MessageType, MessageType]] = {
    MessageType.OFFER: (MessageType.OFFER_RECEIVED, MessageType.APPRAISAL),
    MessageType.TRANSFER: (MessageType.TRANSFER_RECEIVED, MessageType.IMPORT_RESULT),
}
"""Receipt and result."""

MESSAGE_WORDS: dict[MessageType, str] = {
    MessageType.OFFER: "Anbieteverzeichnis",
    MessageType.APPRAISAL: "Bewertungsverzeichnis",
    MessageType.TRANSFER: "Abgabe",
    MessageType.OFFER_RECEIVED: "Empfangsbestätigung der Anbietung",
    MessageType.APPRAISAL_RECEIVED: "Empfangsbestätigung der Bewertung",
    MessageType.IMPORT_RESULT: "Importbestätigung",
    MessageType.TRANSFER_RECEIVED: "Empfangsbestätigung der Abgabe",
}


def answer_due(type_: MessageType, sent_on: date, *, receipt_days: int, days: int) -> tuple[date | None, date | None]:
    """The last days on which receipt and result are in time; None for what nobody answers."""
    if type_ not in AWAITED:
        return None, None
    return sent_on + timedelta(days=receipt_days), sent_on + timedelta(days=days)
