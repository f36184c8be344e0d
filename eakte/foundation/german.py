"""German sentences for what pydantic finds wrong with a request."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

_SENTENCES = {
    "missing": "Die Angabe fehlt.",
    "extra_forbidden": "Dieses Feld ist unbekannt.",
    "string_type": "Erwartet wird ein Text.",
    "string_unicode": "Der Text enthält ungültige Zeichen.",
    "string_too_short": "Der Text braucht mindestens {min_length} Zeichen.",
    "string_too_long": "Der Text darf höchstens {max_length} Zeichen haben.",
    "string_pattern_mismatch": "Der Text hat nicht die verlangte Form.",
    "int_type": "Erwartet wird eine ganze Zahl.",
    "int_parsing": "Erwartet wird eine ganze Zahl.",
    "int_from_float": "Erwartet wird eine ganze Zahl.",
    "bool_type": "Erwartet wird „true“ oder „false“.",
    "bool_parsing": "Erwartet wird „true“ oder „false“.",
    "greater_than_equal": "Der Wert muss mindestens {ge} sein.",
    "less_than_equal": "Der Wert darf höchstens {le} sein.",
    "greater_than": "Der Wert muss größer als {gt} sein.",
    "less_than": "Der Wert muss kleiner als {lt} sein.",
    "enum": "Erlaubt ist nur: {expected}.",
    "literal_error": "Erlaubt ist nur: {expected}.",
    "uuid_type": "Erwartet wird eine UUID.",
    "uuid_parsing": "Das ist keine UUID.",
    "date_type": "Erwartet wird ein Datum (JJJJ-MM-TT).",
    "date_parsing": "Erwartet wird ein Datum (JJJJ-MM-TT).",
    "date_from_datetime_parsing": "Erwartet wird ein Datum (JJJJ-MM-TT).",
    "datetime_parsing": "Erwartet wird ein Zeitpunkt nach ISO 8601.",
    "datetime_from_date_parsing": "Erwartet wird ein Zeitpunkt nach ISO 8601.",
    "timezone_aware": "Dem Zeitpunkt fehlt die Zeitzone.",
    "list_type": "Erwartet wird eine Liste.",
    "too_long": "Es sind höchstens {max_length} Einträge erlaubt.",
    "too_short": "Es braucht mindestens {min_length} Einträge.",
    "dict_type": "Erwartet wird ein Objekt.",
    "model_attributes_type": "Erwartet wird ein Objekt.",
    "value_error": "{error}",
}


def in_german(item: Mapping[str, Any]) -> str:
    """The German sentence for one entry of `ValidationError.errors()`."""
    template = _SENTENCES.get(str(item["type"]), "Der Wert ist hier nicht erlaubt.")
    facts = defaultdict(lambda: "…", {key: str(value) for key, value in (item.get("ctx") or {}).items()})
    facts["expected"] = facts["expected"].replace(" or ", " oder ")
    return template.format_map(facts)
