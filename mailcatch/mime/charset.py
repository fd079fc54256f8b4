"""Bytes to text, by an allow-list: a label from a mail never reaches codecs that are no character set."""

from __future__ import annotations

import codecs
import re
from functools import lru_cache

_ALLOWED = re.compile(
    r"(ascii|utf_?(7|8|16|32)(_?(le|be|sig))?|iso_?8859_?\d{1,2}|latin_?\d{1,2}|cp\d{3,5}|windows_?125\d|koi8_[rtu]"
    r"|gb2312|gbk|gb18030|hz|big5(_?hkscs)?|shift_?jis(_?2004|x0213)?|euc_?(jp|kr|jis_?2004|jisx0213)|johab"
    r"|iso2022_?(jp|kr)(_?[123]|_?2004|_?ext)?|mac_\w{2,12}|tis_?620|ptcp154|kz1048|viscii)\Z"
)
_ALIASES = {"unicode_1_1_utf_7": "utf_7", "x_sjis": "shift_jis", "ks_c_5601_1987": "cp949", "x_gbk": "gbk"}


@lru_cache(maxsize=512)
def codec_of(label: str) -> str | None:
    """Return Python's name of a MIME character set, None if it is none that we decode."""
    name = re.sub(r"[^a-z0-9]+", "_", label.strip().strip("\"'").lower()).strip("_")
    name = _ALIASES.get(name, name)
    try:
        known = codecs.lookup(name).name.replace("-", "_")
    except (LookupError, ValueError, UnicodeError):
        return None
    return known if _ALLOWED.match(known) else None


def decode_bytes(data: bytes, charset: str | None) -> str:
    """Return `data` as text: in its character set, else UTF-8, else Latin-1; never raises."""
    codec = codec_of(charset) if charset else None
    if codec is None or codec in ("ascii", "utf_8"):
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            return data.decode("utf-8", "replace") if codec == "utf_8" else data.decode("cp1252", "replace")
    try:
        return data.decode(codec, "replace")
    except (UnicodeError, ValueError, LookupError):
        return data.decode("latin-1")
