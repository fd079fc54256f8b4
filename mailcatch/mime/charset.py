"""Bytes to text, by an allow-list: a label from a mail never reaches codecs that are no character set.

Labels are read as browsers do (WHATWG Encoding §4.2): the superset that senders mean, such as windows-1252 where a
mail says ISO-8859-1. The text that comes out can always be encoded again: no lone surrogate leaves this module.
"""

from __future__ import annotations

import codecs
import re
from encodings.aliases import aliases
from functools import lru_cache

_ALLOWED = re.compile(
    r"(ascii|utf_(7|8|8_sig|16|32)(_[lb]e)?|iso8859_\d{1,2}|latin_1|cp\d{3,5}|koi8_[rtu]|gb2312|gbk|gb18030|hz"
    r"|big5(hkscs)?|shift_(jis|jis_2004|jisx0213)|euc_(jp|kr|jis_2004|jisx0213)|johab"
    r"|iso2022_(jp|jp_1|jp_2|jp_2004|jp_3|jp_ext|kr)|mac_(latin2|[a-z]{4,8})|tis_620|ptcp154|kz1048)\Z"
)
_MEANT = {
    "latin_1": "cp1252",
    "iso8859_1": "cp1252",
    "iso8859_9": "cp1254",
    "iso8859_11": "cp874",
    "tis_620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
    "utf_8_sig": "utf_8",
}
_FOREIGN = {
    "unicode_1_1_utf_7": "utf_7",
    "x_sjis": "shift_jis",
    "x_gbk": "gbk",
    "x_euc_jp": "euc_jp",
    "x_mac_roman": "mac_roman",
    "x_mac_cyrillic": "mac_cyrillic",
    "ks_c_5601_1987": "cp949",
    "x_windows_949": "cp949",
    "windows_31j": "cp932",
    "gb_2312_80": "gb2312",
    "utf8mb4": "utf_8",
    "iso_8859_8_i": "iso8859_8",
    "iso_8859_8_e": "iso8859_8",
    "iso_8859_6_i": "iso8859_6",
}
_LONGEST_LABEL = 40


@lru_cache(maxsize=512)
def codec_of(label: str) -> str | None:
    """Return Python's name of the character set that a label means, None if it is none that we decode."""
    if len(label) > _LONGEST_LABEL:
        return None
    token = re.split(r"[\s(;,]", label.strip(" \t\"'"), maxsplit=1)[0]
    name = re.sub(r"[^a-z0-9]+", "_", token.lower()).strip("_")
    name = _FOREIGN.get(name, name)
    name = re.sub(r"^(x_)?(windows|cp)_?(?=\d)", "cp", name)
    name = aliases.get(name, name)
    name = _MEANT.get(name, name)
    return name if _ALLOWED.match(name) and _known(name) else None


def _known(name: str) -> bool:
    try:
        codecs.lookup(name)
    except LookupError:
        return False
    return True


@lru_cache(maxsize=64)
def _table(codec: str) -> str | None:
    """Return what each octet means in an 8-bit set, None for other sets. Octets without a meaning are U+FFFD."""
    if not re.match(r"cp|iso8859|koi8|mac_|ptcp|kz", codec):
        return None
    text = [bytes([octet]).decode(codec, "replace") for octet in range(256)]
    multibyte = codec in ("cp932", "cp949", "cp950")
    return None if multibyte or any(len(each) != 1 for each in text) else "".join(text)


def decode_bytes(data: bytes, charset: str | None, *, cut: bool = False) -> str:
    """Return `data` as text: in its character set, else UTF-8, else windows-1252; never raises.

    With `cut` the data is the beginning of something longer: a character that it ends within is left out.
    """
    codec = codec_of(charset) if charset else None
    if codec in (None, "ascii", "utf_8"):
        try:
            return codecs.utf_8_decode(data, "strict", not cut)[0]
        except UnicodeDecodeError:
            if codec == "utf_8":
                return codecs.utf_8_decode(data, "replace", not cut)[0]
            codec = "cp1252"
    table = _table(codec)
    if table is not None:  # no octet is an error, so none costs more than another
        return codecs.charmap_decode(data, "strict", table)[0]
    try:
        return _encodable(codecs.getincrementaldecoder(codec)("replace").decode(data, not cut))
    except (UnicodeError, ValueError):
        return data.decode("latin-1")


def _encodable(text: str) -> str:
    """Join surrogates that are a pair and replace those that are none; UTF-7 gives both."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
