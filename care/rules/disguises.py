"""What a text says under its disguise: invisible letters, look-alikes, digits for letters, spacing, encodings. Pure."""

from __future__ import annotations

import base64
import re
import unicodedata
from collections.abc import Iterator

LONGEST = 20_000  # characters looked at; a PDF's text is kept no longer than this (care/media/child.py)
_ENCODED_LONGEST = 4_000

# Cyrillic and Greek letters that look like Latin ones, where they stand among Latin ones.
_LOOK_ALIKES = str.maketrans("аеорсухіјѕԁһкмтнвгαοερικντυχ", "aeopcyxijsdhkmthbraoepikvtux")
_QUOTES = str.maketrans("‘’“”«»", '\'\'""""')  # noqa: RUF001
_DIGITS = str.maketrans("013457@$!|", "oieastasil")
_TAG_BLOCK = 0xE0000
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"
    "\U000e0000-\U000e007f]"
)
_MIXED = re.compile(r"\b(?=\w*[a-z])(?=\w*[\u0370-\u04ff])\w{3,}")
# Digits amid letters: "1gn0re", not "450g" and not "ord004".
_LEET = re.compile(r"(?<!\w)(?=[\w@$!|]*[a-z][\d@$!|]+[a-z]|[\d@$!|][a-z]+[\d@$!|]+[a-z])[a-z\d@$!|]{4,}")
# No word is this long; patterns that look for a word's end must not walk for ever.
_LONG_RUN = re.compile("([!-~]{80})(?=[!-~])")
_SPACED = re.compile(r"(?<!\w)(?:[^\W\d_][.\-_* ]{1,3}){5,}[^\W\d_](?!\w)")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")
_HEX = re.compile(r"(?:\b(?:0x|\\x)?[0-9a-f]{2}[\s,]*){12,}|\b(?:[0-9a-f]{2}){12,}\b", re.I)
_BINARY = re.compile(r"(?:\b[01]{8}[\s,]*){8,}|\b[01]{64,}\b")


def plain(text: str) -> str:
    """Small letters without accents, invisible characters and doubled blanks: what patterns are matched against."""
    shown = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text[:LONGEST]))
    apart = unicodedata.normalize("NFD", _LONG_RUN.sub(r"\1 ", shown.casefold()))
    bare = unicodedata.normalize("NFC", "".join(c for c in apart if not "\u0300" <= c <= "\u036f"))
    folded = _MIXED.sub(lambda word: word[0].translate(_LOOK_ALIKES), bare.translate(_QUOTES))
    return re.sub(r"[^\S\n]+", " ", folded).strip()


def readings(text: str) -> Iterator[str]:
    """The text made plain, then everything else that it may be meant to be read as, made plain too."""
    first = plain(text)
    yield first
    spaced = _SPACED.sub(lambda run: re.sub(r"[.\-_* ]", "", run[0]), text[:LONGEST])
    leet = _LEET.sub(lambda word: word[0].translate(_DIGITS), first)
    yield from (other for other in (plain(spaced), leet, first[::-1]) if other != first)
    yield from map(plain, hidden(text))


def hidden(text: str) -> Iterator[str]:
    """What stands there for machines alone: encoded sentences, and letters of Unicode's invisible tag block."""
    tagged = "".join(chr(ord(c) - _TAG_BLOCK) for c in text if 0x20 <= ord(c) - _TAG_BLOCK < 0x7F)
    if len(tagged) >= 8:  # the flags of Wales and Scotland are spelled with five of them
        yield tagged
    for pattern, decode in ((_BASE64, _from_base64), (_HEX, _from_hex), (_BINARY, _from_binary)):
        for found in pattern.finditer(text[:_ENCODED_LONGEST]):
            sentence = _sentence(decode(found[0]))
            if sentence:
                yield sentence


def _from_base64(text: str) -> bytes:
    body = re.sub("=+$", "", text)
    whole = body[: len(body) // 4 * 4 + (0 if len(body) % 4 == 1 else len(body) % 4)]
    return base64.b64decode(whole + "=" * (-len(whole) % 4), altchars=b"-_" if re.search("[-_]", body) else None)


def _from_hex(text: str) -> bytes:
    digits = re.sub(r"0x|\\x|[\s,]", "", text, flags=re.I)
    return bytes.fromhex(digits[: len(digits) // 2 * 2])


def _from_binary(text: str) -> bytes:
    bits = re.sub(r"[\s,]", "", text)
    return bytes(int(bits[at : at + 8], 2) for at in range(0, len(bits) - 7, 8))


def _sentence(data: bytes) -> str:
    """The bytes as words with blanks between them; nothing where they are only bytes, as those of a serial number."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return ""
    words = re.findall(r"[^\W\d_]{2,}", text)
    return text if text.isprintable() and " " in text.strip() and sum(map(len, words)) >= 0.6 * len(text) else ""
