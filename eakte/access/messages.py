from eakte.foundation.messages import Event


class UnitCreated(Event):
    """An organisational unit was set up."""


class IdentityCreated(Event):
    """A person or client was admitted."""


class IdentityChanged(Event):
    """Name or activity of an identity changed."""


class PasswordChanged(Event):
    """A password was set; the audit says that, never what."""


class LoggedIn(Event):
    """Somebody logged in with a password."""


class LoginRefused(Event):
    """A login failed."""


class TokenIssued(Event):
    """An API token was made."""


class TokenRevoked(Event):
    """An API token was taken back."""


class RoleGranted(Event):
    """A role was granted to an identity."""


class RoleRevoked(Event):
    """A granted role was taken back."""


class DeputyAppointed(Event):
    """Somebody stands in for somebody else for some days."""


class DeputyRelieved(Event):
    """Somebody stands in for somebody else no longer."""
