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
    return "text/plain" if is_one_letter(head) else str(magic.from_buffer(head, mime=True))


def is_one_letter(content: bytes) -> bool:
    """Whether these bytes are a text of one letter or line break: libmagic has no word for a single byte."""
    return len(content) == 1 and content.isascii() and (content.isspace() or content.decode().isprintable())
