"""The commands of SMTP, read from their lines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailcatch.errors import Rejected
from mailcatch.smtp.commands import PLAIN, Path, parse_mail, parse_rcpt, split_command


@pytest.mark.parametrize(
    ("line", "verb", "argument"),
    [
        (b"mail from:<a@b>", "MAIL", "from:<a@b>"),
        (b"NOOP", "NOOP", ""),
        (b"EHLO  host ", "EHLO", "host"),
        ("MAIL FROM:<ü@x>".encode(), "MAIL", "FROM:<ü@x>"),
        (b"MAIL FROM:<\xfc@x>", "MAIL", "FROM:<ü@x>"),
        (b"", "", ""),
    ],
)
def test_verb_and_argument(line: bytes, verb: str, argument: str):
    """The verb in any case; 8-bit is UTF-8, else Latin-1."""
    assert split_command(line) == (verb, argument)


@pytest.mark.parametrize(
    ("argument", "path"),
    [
        ("FROM:<a@b>", Path("a@b", {})),
        ("from: <a@b> size=10 BODY=8BITMIME SMTPUTF8", Path("a@b", {"SIZE": "10", "BODY": "8BITMIME", "SMTPUTF8": ""})),
        ("FROM:<>", Path("", {})),
        ("FROM:a@b", Path("a@b", {})),
        ("FROM:<a@b> AUTH=<>", Path("a@b", {"AUTH": "<>"})),
    ],
)
def test_mail(argument: str, path: Path):
    """The reverse-path and its parameters."""
    assert parse_mail(argument) == path


@pytest.mark.parametrize(
    ("parse", "argument", "code", "enhanced"),
    [
        (parse_mail, "<a@b>", 501, "5.5.4"),
        (parse_mail, "TO:<a@b>", 501, "5.5.4"),
        (parse_mail, "FROM:<a@b", 501, "5.1.7"),
        (parse_mail, "FROM:<a\x01@b>", 501, "5.1.7"),
        (parse_mail, "FROM:<a@b> SIZE=x", 501, "5.5.4"),
        (parse_mail, "FROM:<a@b> BODY=9BIT", 501, "5.5.4"),
        (parse_mail, "FROM:<a@b> FOO=1", 555, "5.5.4"),
        (parse_mail, "FROM:<a@b> SIZE=1 SIZE=1", 501, "5.5.4"),
        (parse_mail, "FROM:<a@b> =", 501, "5.5.4"),
        (parse_mail, f"FROM:<{'a' * 3000}@b>", 501, "5.1.7"),
        (parse_rcpt, "TO:<>", 501, "5.1.3"),
        (parse_rcpt, "TO:<a\x7f@b>", 501, "5.1.3"),
        (parse_rcpt, "TO:<a@b> NOTIFY=NEVER", 555, "5.5.4"),
    ],
)
def test_refusals(parse, argument: str, code: int, enhanced: str):
    """Each mistake has its code (RFC 5321 §4.2, RFC 3463)."""
    with pytest.raises(Rejected) as raised:
        parse(argument)
    assert (raised.value.code, raised.value.enhanced) == (code, enhanced)


WITH_DSN = PLAIN.and_dsn()


def test_dsn_where_it_is_offered():
    """The parameters of RFC 3461, as they were written; the others too."""
    said = parse_mail("FROM:<a@b> RET=hdrs ENVID=QQ+2B1 SIZE=1", WITH_DSN)
    assert said == Path("a@b", {"RET": "hdrs", "ENVID": "QQ+2B1", "SIZE": "1"})
    said = parse_rcpt("TO:<a@b> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;c@d", WITH_DSN)
    assert said == Path("a@b", {"NOTIFY": "SUCCESS,DELAY", "ORCPT": "rfc822;c@d"})


@pytest.mark.parametrize(
    ("parse", "argument", "code"),
    [
        (parse_mail, "FROM:<a@b> RET=ALL", 501),
        (parse_mail, "FROM:<a@b> RET", 501),
        (parse_mail, "FROM:<a@b> ENVID=a+b", 501),
        (parse_mail, "FROM:<a@b> ENVID=" + "x" * 101, 501),
        (parse_mail, "FROM:<a@b> RET=FULL RET=FULL", 501),
        (parse_mail, "FROM:<a@b> NOTIFY=NEVER", 555),
        (parse_rcpt, "TO:<a@b> NOTIFY=NEVER,DELAY", 501),
        (parse_rcpt, "TO:<a@b> ORCPT=c@d", 501),
        (parse_rcpt, "TO:<a@b> ENVID=x", 555),
    ],
)
def test_dsn_written_wrong(parse, argument: str, code: int):
    """501 5.5.4 for a value, 555 5.5.4 for a parameter of the other command."""
    with pytest.raises(Rejected) as raised:
        parse(argument, WITH_DSN)
    assert (raised.value.code, raised.value.enhanced) == (code, "5.5.4")


@given(st.binary(max_size=80))
def test_a_line_is_read_or_refused(line: bytes):
    """Nothing but Rejected comes out."""
    _, argument = split_command(line)
    for parse, keyword in ((parse_mail, "FROM:"), (parse_rcpt, "TO:")):
        try:
            parse(keyword + argument, WITH_DSN)
        except Rejected:
            continue
