from eakte.foundation.messages import Event


class DeliveryRefused(Event):
    """What a source brought was not taken."""


class ArrivalRefused(Event):
    """One file of what a source brought was not taken."""
