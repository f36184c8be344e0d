from eakte.foundation.errors import Invalid


class InvalidQuery(Invalid):
    """Die Suchanfrage ist nicht verständlich."""

    advice = "{problem}"


class InvalidCursor(Invalid):
    """Die Fortsetzungsmarke ist ungültig."""

    advice = "Bitte die Suche von vorn beginnen; Marken gelten nur für dieselbe Anfrage."
