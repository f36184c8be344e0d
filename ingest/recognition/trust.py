"""Whether the text layer of a page can be believed (Textebene)."""

import re
import unicodedata

_WORDS = re.compile(r"[^\W\d_]{3,}")
_VOWELS = re.compile(r"[aeiouyäöüáàâéèêíìîóòôúùû]", re.I)
_STRANGE_RUN = re.compile(r"[bcdfghjklmnpqrstvwxz]{6,}", re.I)
_STUTTER = re.compile(r"(\w)\1\1", re.I)
_MOJIBAKE = re.compile(r"Ã[¤¶¼Ÿ„–œ\x80-\xbf]|â€|Â[§°©]|ï¿½")
_ENOUGH = 12


def is_trustworthy(text: str) -> bool:
    """Tell whether extracted text is language: readable characters, words with vowels, no wrong decoding.

    Pages of figures and short pages cannot be judged by words; they count as long as their characters are sound.
    """
    characters = [c for c in text if not c.isspace()]
    if not characters:
        return False
    odd = sum(1 for c in characters if c == "\ufffd" or unicodedata.category(c) in ("Co", "Cn", "Cc", "Cs"))
    if odd > 0.05 * len(characters):
        return False
    if len(_MOJIBAKE.findall(text)) > 0.01 * len(characters):
        return False
    words = _WORDS.findall(text)
    if sum(map(len, words)) < 0.3 * len(characters):
        sound = sum(c.isalnum() or c in ".,;:-/()%€§&+*'\"–_|=<>!?@#" for c in characters)
        return sound >= 0.85 * len(characters) and (len(words) > 0 or any(c.isdigit() for c in characters))
    speakable = sum(1 for word in words if _is_speakable(word))
    return speakable >= (0.75 if len(words) >= _ENOUGH else 0.6) * len(words)


def _is_speakable(word: str) -> bool:
    odd = _STRANGE_RUN.search(word) or _STUTTER.search(word)
    return bool(_VOWELS.search(word)) and not odd and _is_cased(word)


def _is_cased(word: str) -> bool:
    """Plain, Capitalised or CAPITALS; not mIxEd as in a wrongly mapped font."""
    capitals = sum(c.isupper() for c in word)
    return capitals in (0, len(word)) or (word[0].isupper() and capitals <= 1 + len(word) // 6)
