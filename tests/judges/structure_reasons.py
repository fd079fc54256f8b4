"""Why Dovecot and we say different things of a mail's structure: each reason with the proof that the mail gives it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from email import _header_value_parser as independent
from email.errors import HeaderParseError
from itertools import pairwise

from tests.corpus.sources import Mail
from tests.judges.tokens import Text, Value

NO_REASON = "no reason"
ADDRESSES = ("from", "sender", "reply-to", "to", "cc", "bcc")
_BOUNDARY = re.compile(rb'(?i)\bboundary\s*=\s*(?:"([^"]*)"|([^\s;]+))')
_FIELD = re.compile(rb"[!-9;-~]+[ \t]*:|From ")


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that Dovecot and we say differently of one mail."""

    mail: Mail
    what: str
    theirs: Value
    ours: Value

    def __str__(self) -> str:
        return f"{self.mail.corpus}/{self.mail.name}: {self.what}: Dovecot {self.theirs!r}, we {self.ours!r}"

    @property
    def header(self) -> list[bytes]:
        """Give the lines before the first empty one, unfolded."""
        return re.sub(rb"\r\n(?=[ \t])", b"", self.mail.wire.partition(b"\r\n\r\n")[0]).split(b"\r\n")

    def field(self, name: str) -> list[bytes]:
        """Give what the fields of a name hold."""
        start = name.encode() + b":"
        return [line[len(start) :] for line in self.header if line.lower().startswith(start)]


def reason(each: Difference) -> str:
    """Say why Dovecot and we do not say the same."""
    return next((why for why, holds in REASONS if holds(each)), NO_REASON)


def blanks(each: Difference) -> bool:
    """Tell whether only the number and the kind of blanks differ."""
    return single_blanks(each.theirs) == single_blanks(each.ours)


def single_blanks(value: Value) -> Value:
    """Give a value with single blanks, and with none around it."""
    if isinstance(value, list):
        return [single_blanks(item) for item in value]
    return Text(b" ".join(value.split())) if isinstance(value, Text) else value


def no_address(each: Difference) -> bool:
    """Tell whether Python's parser of RFC 5322 finds fault with the field, or with From, which stands for absent ones."""
    name = each.what.split()[-1]
    written = [value for value in each.field(name) if value.strip()] or each.field("from")
    return name in ADDRESSES and any(map(defective, written))


def defective(written: bytes) -> bool:
    """Tell whether a list of addresses is none by RFC 5322."""
    try:
        found, rest = independent.get_address_list(written.decode("latin-1").strip())
    except (HeaderParseError, IndexError):
        return True
    return bool(found.all_defects or rest.strip())


def no_content_type(each: Difference) -> bool:
    """Tell whether a transfer encoding is said without a type."""
    return each.what.endswith("encoding") and not each.field("content-type") and not each.field("mime-version")


def a_type_that_is_none(each: Difference) -> bool:
    """Tell whether a Content-Type cannot be read."""
    value = b"".join(each.field("content-type"))
    return re.match(rb"\s*[\w.+-]+/[\w.+-]+\s*(;|$)", value) is None and bool(value)


def blank_in_a_parameter(each: Difference) -> bool:
    """Tell whether a parameter with a blank is not quoted: Dovecot's value is where ours begins."""
    their, our = repr(each.theirs), repr(each.ours)
    common = next((at for at, pair in enumerate(zip(their, our, strict=False)) if pair[0] != pair[1]), 0)
    return "[b'" in our and our[common : common + 1] == " "


def extended(each: Difference) -> bool:
    """Tell whether a parameter of RFC 2231 is concerned."""
    return re.search(rb"(?i)[\w-]\*(\d+\*?)?=", each.mail.wire) is not None


def bare_cr(each: Difference) -> bool:
    """Tell whether the mail has CRs that end no line."""
    return each.what.endswith(("octets", "lines", "size")) and re.search(rb"\r(?!\n)", each.mail.wire) is not None


def no_field(each: Difference) -> bool:
    """Tell whether a line of the header, or of a part's, is no field: the body may begin there."""
    heads = [each.header, *(part.partition(b"\r\n\r\n")[0].split(b"\r\n")[1:] for part in parts(each))]
    return any(line and not _FIELD.match(line) and line[:1] not in b" \t" for lines in heads for line in lines)


def parts(each: Difference) -> list[bytes]:
    """Give what stands between lines that begin with a boundary."""
    words = b"|".join(sorted((re.escape(word) for word in boundaries(each)), key=len, reverse=True))
    return re.split(rb"(?m)^--(?:" + words + rb")(?=\s)", each.mail.wire)[1:] if words else []


def boundaries(each: Difference) -> Counter[bytes]:
    """Count the boundaries that the mail names."""
    return Counter(quoted or bare for quoted, bare in _BOUNDARY.findall(each.mail.wire))


def the_same_boundary(each: Difference) -> bool:
    """Tell whether two multiparts have the same boundary, or one names a line of another's text."""
    return any(count > 1 for count in boundaries(each).values())


def delimiters(each: Difference) -> bool:
    """Tell whether delimiter lines follow each other, stand in another part's text, or go on after the boundary."""
    lines = each.mail.wire.split(b"\r\n")
    for word in boundaries(each):
        found = [line for line in lines if line.startswith(b"--" + word)]
        if any(line.rstrip() not in (b"--" + word, b"--" + word + b"--") for line in found):
            return True
        if any(one.startswith(b"--" + word) and one == other for one, other in pairwise(lines)):
            return True
        if sum(line.rstrip() == b"--" + word + b"--" for line in found) > 1:
            return True
    return False


REASONS: tuple[tuple[str, Callable[[Difference], bool]], ...] = (
    ("blanks: Dovecot makes one of several, we keep what was sent but for line ends (RFC 5322 §2.2.3)", blanks),
    ("no address by RFC 5322, as Python's parser agrees: each reads what it can", no_address),
    ("a transfer encoding without MIME-Version and Content-Type: Dovecot passes it over", no_content_type),
    ("a Content-Type that is none: Dovecot says an empty type, we text/plain (RFC 2045 §5.2)", a_type_that_is_none),
    ("the same boundary in a multipart and around it: Dovecot takes the inner, we the outer one", the_same_boundary),
    ("delimiter lines twice, within text, or with more after them: where a part ends is a guess", delimiters),
    ("a line in a header that is no field: for us the body begins there, Dovecot reads on", no_field),
    (
        "parameters of RFC 2231: Dovecot reads no `boundary*`, encodes less, and adds a charset beside `charset*`",
        extended,
    ),
    ("a blank in a parameter without quotes: Dovecot ends there, we at the semicolon", blank_in_a_parameter),
    ("CRs that end no line: Dovecot leaves some of them out", bare_cr),
)
"""Reasons, the most certain first."""
