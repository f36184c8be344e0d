"""What a file is by its content (libmagic); names and claimed types count for nothing."""

from typing import BinaryIO

import pylibmagic  # noqa: F401  puts the wheel's libmagic where python-magic looks

import magic  # isort: skip

_HEAD = 1 << 16


def media_type_of(stream: BinaryIO) -> str:
    """The media type of a seekable stream, which is left at its start."""
    stream.seek(0)
    head = stream.read(_HEAD)
    stream.seek(0)
    return str(magic.from_buffer(head, mime=True))
