"""The embedded engines: PostgreSQL and an S3 server on one machine, without root, Docker or Debian packages.

They are the same software as in production, come from wheels, keep everything under one directory and listen
on 127.0.0.1 only. Whatever is started here ends with the process that started it, also after a SIGKILL.
"""

from eakte.foundation.embedded.errors import AlreadyRunning, EngineFailed, EngineMissing, WrongOwner
from eakte.foundation.embedded.once import ensure_not_running_twice
from eakte.foundation.embedded.postgres import EmbeddedPostgres
from eakte.foundation.embedded.processes import Supervised, ended_by_signal
from eakte.foundation.embedded.s3 import EmbeddedS3

__all__ = [
    "AlreadyRunning",
    "EmbeddedPostgres",
    "EmbeddedS3",
    "EngineFailed",
    "EngineMissing",
    "Supervised",
    "WrongOwner",
    "ended_by_signal",
    "ensure_not_running_twice",
]
