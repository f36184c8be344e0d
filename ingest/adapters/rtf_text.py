"""RTF as text, also as Outlook packs it. Runs inside the sandbox."""

import re
import struct

from striprtf.striprtf import rtf_to_text

from ingest.adapters.plain_text import tidied
from ingest.recognition.errors import BrokenOfficeFile, TooMuchText

_LARGEST = 32 * 1024 * 1024
_PICTURE = re.compile(r"\{\\\*?\\?(?:pict|objdata|blipuid|themedata|colorschememapping|datastore)\b[^{}]*\}")
# What the packed text may refer to before it begins. Source: [MS-OXRTFCP], 2.1.2.1.
_DICTIONARY = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor MS Sans Serif"
    rb"SymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0" + b"\r\n" + rb"\par \pard\plain\f0\fs20\b\i\u\tab"
    rb"\tx"
)


def text_of_rtf(data: bytes) -> str:
    """The words of an RTF file. Raises TooMuchText, BrokenOfficeFile."""
    if len(data) > _LARGEST:
        raise TooMuchText(limit=_LARGEST >> 20)
    try:
        words = rtf_to_text(_PICTURE.sub("", data.decode("latin-1")), encoding="cp1252", errors="replace")  # type: ignore[no-untyped-call]
        return tidied(str(words))
    except (ValueError, IndexError, KeyError, LookupError, OverflowError):
        raise BrokenOfficeFile(problem="Das RTF-Dokument lässt sich nicht lesen.") from None


def unpacked_rtf(data: bytes) -> bytes:
    """RTF out of Outlook's packing (LZFu), or as it lies there uncompressed (MELA)."""
    if len(data) < 16:
        return b""
    _, size, kind, _ = struct.unpack_from("<IIII", data)
    if kind == 0x414C454D:
        return data[16 : 16 + size]
    if kind != 0x75465A4C or size > _LARGEST:
        return b""
    window = bytearray(_DICTIONARY.ljust(4096, b"\x00"))
    write, at, out = len(_DICTIONARY), 16, bytearray()
    while at < len(data) and len(out) < size:
        control, at = data[at], at + 1
        for bit in range(8):
            if at >= len(data):
                break
            if control & (1 << bit):
                if at + 2 > len(data):
                    break
                reference = data[at] << 8 | data[at + 1]
                at += 2
                offset, length = reference >> 4, (reference & 0xF) + 2
                if offset == write:
                    return bytes(out)
                letters = [(offset + step) % 4096 for step in range(length)]
            else:
                window[write] = data[at]
                out.append(data[at])
                write, at = (write + 1) % 4096, at + 1
                continue
            for place in letters:
                letter = window[place]
                window[write] = letter
                out.append(letter)
                write = (write + 1) % 4096
    return bytes(out)
