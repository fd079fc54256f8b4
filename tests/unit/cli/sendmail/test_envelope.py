"""Who a mail is from and to."""

import pytest

from mailcatch.cli.sendmail.codes import Failed
from mailcatch.cli.sendmail.envelope import addresses, recipients_of, sender_of
from mailcatch.cli.sendmail.message import parse
from mailcatch.cli.sendmail.options import Options


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("bob@x.test", ["bob@x.test"]),
        (" bob@x.test\r\n", ["bob@x.test"]),
        ('Bob <bob@x.test>, "Lee, Ann" <ann@x.test>,\r\n eve@x.test (Eve)', ["bob@x.test", "ann@x.test", "eve@x.test"]),
        ("friends: a@x.test, B <b@x.test>;, c@x.test", ["a@x.test", "b@x.test", "c@x.test"]),
        ("undisclosed-recipients:;", []),
        ("root", ["root@localhost"]),
        ("<@a.test,@b.test:bob@x.test>", ["bob@x.test"]),
        ('"a b"@x.test', ['"a b"@x.test']),
        ("jürgen@münchen.test", ["jürgen@münchen.test"]),
        ("", []),
    ],
)
def test_addresses(value: str, expected: list[str]):
    """Names, comments, groups, folds, routes; a local name gets a domain."""
    assert addresses([value.encode()]) == expected


def test_more_than_one_list_may_hold():
    """Refused, for nobody may be left out silently."""
    with pytest.raises(Failed) as failed:
        addresses([b", ".join(b"u%d@x.test" % number for number in range(2500))])
    assert failed.value.code == 65


MAIL = parse(b"To: a@x.test\nCc: B <b@x.test>,\n c@x.test\nBcc: d@x.test, a@x.test\n\nTo: body@x.test\n")


def test_of_the_header_and_of_the_arguments():
    """With -t both, each once; without it the arguments alone."""
    both = recipients_of(Options(from_header=True, recipients=["e@x.test", "b@x.test"]), MAIL)
    assert both == ["e@x.test", "b@x.test", "a@x.test", "c@x.test", "d@x.test"]
    assert recipients_of(Options(recipients=["e@x.test, f@x.test"]), MAIL) == ["e@x.test", "f@x.test"]


def test_resent_mail_goes_to_whom_it_is_resent():
    """The first recipients have it already (RFC 5322 §3.6.6)."""
    resent = parse(b"Resent-To: z@x.test\nTo: a@x.test\n\n")
    assert recipients_of(Options(from_header=True), resent) == ["z@x.test"]


@pytest.mark.parametrize("options", [Options(), Options(from_header=True), Options(recipients=[""])])
def test_nobody(options: Options):
    """EX_USAGE."""
    with pytest.raises(Failed) as failed:
        recipients_of(options, parse(b"Subject: x\nTo: undisclosed-recipients:;\n\n"))
    assert failed.value.code == 64


@pytest.mark.parametrize(
    ("said", "expected"), [("app@x.test", "app@x.test"), ("App <app@x.test>", "app@x.test"), ("", ""), ("<>", "")]
)
def test_the_sender(said: str, expected: str):
    """As -f says it; nothing is the null one."""
    assert sender_of(Options(sender=said)) == expected


def test_the_user_is_the_sender(monkeypatch: pytest.MonkeyPatch):
    """Who nobody named is who runs it; also one whom no variable names."""
    monkeypatch.setenv("LOGNAME", "ann")
    assert sender_of(Options()) == "ann@localhost"
    monkeypatch.delenv("LOGNAME")
    monkeypatch.delenv("USER", raising=False)
    assert sender_of(Options()).endswith("@localhost")
