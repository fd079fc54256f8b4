"""Whole commands, among them those that real clients were seen to send."""

import pytest

from mailcatch.imap import commands as c
from mailcatch.imap.commands import BodyItem, Flags, Section
from mailcatch.imap.keys import AllOf, InSet, Not
from mailcatch.imap.parser import check_start, is_before_message, parse_command, shown_command, tag_of
from mailcatch.imap.problem import Problem
from mailcatch.imap.sets import parse_set
from mailcatch.model import DELETED, FLAGGED, SEEN
from mailcatch.search.criteria import Flag, Header, Modseq

ALL_SET = parse_set(b"1:*")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"CAPABILITY", c.Capability()),
        (b"noop", c.Noop()),
        (b"Logout ", c.Logout()),
        (b"STARTTLS", c.StartTls()),
        (b"NAMESPACE", c.Namespace()),
        (b"CHECK", c.Check()),
        (b"CLOSE", c.Close()),
        (b"UNSELECT", c.Unselect()),
        (b"EXPUNGE", c.Expunge()),
        (b"IDLE", c.Idle()),
        (b"UID EXPUNGE 3:5,9", c.Expunge(parse_set(b"3:5,9"))),
        (b"ID NIL", c.Id(())),
        (b"ID ()", c.Id(())),
        (b'ID ("Name" "x" "os" NIL)', c.Id((("name", "x"), ("os", None)))),
        (b"AUTHENTICATE plain", c.Authenticate("PLAIN", None)),
        (b"AUTHENTICATE PLAIN AGFubgBzZWNyZXQ=", c.Authenticate("PLAIN", b"AGFubgBzZWNyZXQ=")),
        (b"AUTHENTICATE XOAUTH2 =", c.Authenticate("XOAUTH2", b"=")),
        (b'LOGIN ann "s\\"e\\\\c]ret"', c.Login("ann", 's"e\\c]ret')),
        (b'LOGIN "" ""', c.Login("", "")),
        (b"ENABLE CONDSTORE utf8=accept", c.Enable(("CONDSTORE", "UTF8=ACCEPT"))),
        (b'LIST "" "*"', c.List("", ("*",))),
        (b'LSUB "" "*"', c.Lsub("", "*")),
        (b"STATUS inbox (messages)", c.Status("INBOX", ("MESSAGES",))),
        (b"SELECT INBOX", c.Select("INBOX", read_only=False)),
        (b"EXAMINE a]b (condstore)", c.Select("a]b", read_only=True, condstore=True)),
        (b'CREATE "Entw&APw-rfe/"', c.Create("Entwürfe/")),
        (b"CREATE Entw\xc3\xbcrfe", c.Create("Entwürfe")),
        (b"DELETE {5+}\r\na/b c", c.Delete("a/b c")),
        (b'RENAME a "b c"', c.Rename("a", "b c")),
        (b"SUBSCRIBE a", c.Subscribe("a", on=True)),
        (b"UNSUBSCRIBE a", c.Subscribe("a", on=False)),
        (b"STORE 1:3 FLAGS ()", c.Store(False, parse_set(b"1:3"), "set", Flags(), silent=False)),
        (
            b"STORE 1 -flags.silent \\Seen a",
            c.Store(False, parse_set(b"1"), "remove", Flags(SEEN, ("a",)), silent=True),
        ),
        (
            b"UID STORE * (UNCHANGEDSINCE 9) +FLAGS (\\Deleted)",
            c.Store(True, parse_set(b"*"), "add", Flags(DELETED), silent=False, unchanged_since=9),
        ),
        (b"COPY 2:4 Sent", c.Copy(False, parse_set(b"2:4"), "Sent")),
        (b"UID COPY 2:4 Sent", c.Copy(True, parse_set(b"2:4"), "Sent")),
        (b"MOVE 2:4 Sent", c.Move(False, parse_set(b"2:4"), "Sent")),
    ],
)
def test_commands(text: bytes, expected: c.Command):
    """The commands of RFC 3501 and the extensions, in any case."""
    assert parse_command(b"a1 " + text) == expected


CAPTURED = [
    (
        "Thunderbird",
        b'2 list (subscribed) "" "*" return (special-use)',
        c.List("", ("*",), frozenset({"SUBSCRIBED"}), frozenset({"SPECIAL-USE"}), (), True),
    ),
    ("Thunderbird", b"7 UID fetch 1:* (FLAGS)", c.Fetch(True, ALL_SET, ("UID", "FLAGS"))),
    (
        "Thunderbird",
        b"8 UID fetch 2,4:7 (UID RFC822.SIZE BODY.PEEK[])",
        c.Fetch(True, parse_set(b"2,4:7"), ("UID", "RFC822.SIZE", BodyItem(b"BODY[]", Section(), True))),
    ),
    (
        "Thunderbird",
        b"9 uid store 4 +Flags ($label1 Junk NonJunk)",
        c.Store(True, parse_set(b"4"), "add", Flags(0, ("$label1", "Junk", "NonJunk")), silent=False),
    ),
    ("Thunderbird", b'10 uid move 4 "Trash"', c.Move(True, parse_set(b"4"), "Trash")),
    (
        "Thunderbird",
        b'3 ID ("name" "Thunderbird" "version" "140.0")',
        c.Id((("name", "Thunderbird"), ("version", "140.0"))),
    ),
    ("ImapFlow", b"4 ENABLE CONDSTORE", c.Enable(("CONDSTORE",))),
    (
        "ImapFlow",
        b'5 LIST "" "*" RETURN (SPECIAL-USE CHILDREN SUBSCRIBED STATUS (MESSAGES UIDNEXT UNSEEN))',
        c.List(
            "",
            ("*",),
            frozenset(),
            frozenset({"SPECIAL-USE", "CHILDREN", "SUBSCRIBED"}),
            ("MESSAGES", "UIDNEXT", "UNSEEN"),
            True,
        ),
    ),
    (
        "ImapFlow",
        b"6 UID FETCH 1:* (UID FLAGS BODYSTRUCTURE ENVELOPE INTERNALDATE RFC822.SIZE MODSEQ)",
        c.Fetch(True, ALL_SET, ("UID", "FLAGS", "BODYSTRUCTURE", "ENVELOPE", "INTERNALDATE", "RFC822.SIZE", "MODSEQ")),
    ),
    (
        "ImapFlow",
        b"7 UID FETCH 3 (UID BODY.PEEK[1.MIME] BODY.PEEK[1]<0.65536>)",
        c.Fetch(
            True,
            parse_set(b"3"),
            (
                "UID",
                BodyItem(b"BODY[1.MIME]", Section((1,), "MIME"), True),
                BodyItem(b"BODY[1]<0>", Section((1,)), True, (0, 65_536)),
            ),
        ),
    ),
    ("ImapFlow", b"8 UID SEARCH MODSEQ 12", c.Search(True, Modseq(12), modseq=True)),
    (
        "ImapFlow",
        b"9 UID SEARCH CHARSET UTF-8 SUBJECT {7+}\r\ngr\xc3\xbc\xc3\x9fe",
        c.Search(True, Header("subject", "grüße")),
    ),
    ("JavaMail", b'A3 LIST "" "x/%"', c.List("", ("x/%",))),
    (
        "JavaMail",
        b"A5 FETCH 1:3 (ENVELOPE INTERNALDATE RFC822.SIZE FLAGS BODYSTRUCTURE)",
        c.Fetch(False, parse_set(b"1:3"), ("ENVELOPE", "INTERNALDATE", "RFC822.SIZE", "FLAGS", "BODYSTRUCTURE")),
    ),
    (
        "JavaMail",
        b"A6 FETCH 1 (BODY[]<16384.16384>)",
        c.Fetch(False, parse_set(b"1"), (BodyItem(b"BODY[]<16384>", Section(), False, (16_384, 16_384)),)),
    ),
    (
        "mutt",
        b'a0004 FETCH 1:2 (UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER.FIELDS (DATE FROM "TO" X-LABEL)])',
        c.Fetch(
            False,
            parse_set(b"1:2"),
            (
                "UID",
                "FLAGS",
                "INTERNALDATE",
                "RFC822.SIZE",
                BodyItem(
                    b"BODY[HEADER.FIELDS (DATE FROM TO X-LABEL)]",
                    Section((), "HEADER.FIELDS", (b"DATE", b"FROM", b"TO", b"X-LABEL")),
                    True,
                ),
            ),
        ),
    ),
    ("neomutt", b"a0002 ENABLE UTF8=ACCEPT", c.Enable(("UTF8=ACCEPT",))),
    ("mbsync", b"5 UID FETCH 1:9 (UID FLAGS)", c.Fetch(True, parse_set(b"1:9"), ("UID", "FLAGS"))),
    ("mbsync", b"6 UID FETCH * (UID)", c.Fetch(True, parse_set(b"*"), ("UID",))),
    (
        "mbsync",
        b"7 UID STORE 3 +FLAGS.SILENT (\\Flagged)",
        c.Store(True, parse_set(b"3"), "add", Flags(FLAGGED), silent=True),
    ),
    (
        "iOS",
        b"4 UID SEARCH 1:* NOT DELETED",
        c.Search(True, AllOf((InSet(ALL_SET, by_uid=False), Not(Flag(DELETED))))),
    ),
    (
        "iOS",
        b"5 UID FETCH 9 (UID RFC822.SIZE RFC822.PEEK)",
        c.Fetch(True, parse_set(b"9"), ("UID", "RFC822.SIZE", BodyItem(b"RFC822", Section(), True))),
    ),
]


@pytest.mark.parametrize(
    ("client", "text", "expected"), CAPTURED, ids=[f"{who} {text[:30]!r}" for who, text, _ in CAPTURED]
)
def test_what_clients_send(client: str, text: bytes, expected: c.Command):
    """As it was captured."""
    assert parse_command(text) == expected, client


@pytest.mark.parametrize(
    "text",
    [
        b"COPY 1 a",
        b"MOVE 1 a",
        b"FETCH 1 FLAGS",
        b"STORE 1 FLAGS a",
        b"SEARCH SEEN",
        b"SORT (DATE) UTF-8 SEEN",
    ],
)
def test_uid_forms(text: bytes):
    """The same command, only its numbers are UIDs."""
    plain, by_uid = parse_command(b"a " + text), parse_command(b"a UID " + text)
    assert type(plain) is type(by_uid)
    assert (plain.by_uid, by_uid.by_uid) == (False, True)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "text",
    [
        b"NOOP",
        b"AUTHENTICATE PLAIN",
        b"LOGIN a b",
        b"ENABLE CONDSTORE",
        b'LIST "" *',
        b"SELECT a",
        b"STORE 1 FLAGS a",
        b"FETCH 1 FLAGS",
        b"SEARCH SEEN",
        b"SORT (DATE) UTF-8 SEEN",
    ],
)
def test_blanks_at_the_end_are_nothing(text: bytes):
    """Some clients put them there."""
    assert parse_command(b"a " + text + b"  ") == parse_command(b"a " + text)


def test_append():
    """Its message is handed in beside the text, which ends with the literal's size."""
    text = b'a APPEND Sent (\\Seen k) " 5-Nov-2026 10:00:00 +0100" {3}\r\n'
    assert parse_command(text, b"abc") == c.Append("Sent", Flags(SEEN, ("k",)), 1_793_869_200_000, b"abc")
    assert parse_command(b"a APPEND Sent {0+}\r\n", b"") == c.Append("Sent", Flags(), None, b"")
    for wrong in (b"a APPEND Sent", b'a APPEND Sent "x" {3}\r\n', b"a APPEND Sent x", b"a APPEND Sent {3}\r\n x"):
        with pytest.raises(Problem):
            parse_command(wrong, b"abc")
    with pytest.raises(Problem):
        parse_command(text)


def test_which_literal_is_the_message():
    """The mailbox may be one, too; anything wrong before it is found before it is asked for."""
    assert not is_before_message(b"a APPEND ")
    assert is_before_message(b"a APPEND Sent ")
    assert is_before_message(b"a APPEND {4}\r\nSent (\\Seen) ")
    for wrong in (
        b"a APPEND",
        b"a APPEND Sent",
        b"a APPEND Sent (\\Recent) ",
        b"a APPEND Sent x ",
        b'a APPEND Sent "x" ',
    ):
        with pytest.raises(Problem):
            is_before_message(wrong)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"FOO",
        b"UID",
        b"UID NOOP",
        b"UID UID FETCH 1 FLAGS",
        b"NOOP x",
        b" NOOP",
        b"LOGIN ann",
        b"LOGIN ann pass word",
        b"LOGIN ann (",
        b"AUTHENTICATE",
        b"AUTHENTICATE PLAIN a b",
        b"ENABLE",
        b"ID",
        b"ID x",
        b'ID ("a")',
        b'ID (NIL "a")',
        b"ID (" + b'"a" "b" ' * 31 + b")",
        b"SELECT",
        b'SELECT ""',
        b"SELECT a*",
        b"SELECT INBOX (QRESYNC (1 2))",
        b"CREATE a (USE (\\Sent))",
        b"RENAME a",
        b"STORE 1",
        b"STORE 1 FOO (a)",
        b"STORE 1 FLAGS",
        b"STORE x FLAGS (a)",
        b"STORE 1 (FOO 1) FLAGS (a)",
        b"STORE 1 (UNCHANGEDSINCE x) FLAGS (a)",
        b"COPY 1",
        b"COPY x a",
        b"UID EXPUNGE",
        b"EXPUNGE 1",
        b'XLIST "" *',
        b"THREAD REFERENCES UTF-8 ALL",
        b"SELECT NUL\x00",
    ],
)
def test_what_is_no_command(text: bytes):
    """BAD and a sentence."""
    with pytest.raises(Problem) as caught:
        parse_command(b"a " + text)
    assert caught.value.condition == "BAD"
    assert caught.value.text.isascii() and caught.value.text.isprintable()


def test_tags():
    """Anything but blanks, specials and `+`; without one there is nothing to answer to."""
    assert tag_of(b"a1 NOOP") == "a1"
    assert tag_of(b"A.0-[1]") == "A.0-[1]"
    for text in (
        b"",
        b" a NOOP",
        b"+ NOOP",
        b"a+ NOOP",
        b"(a) NOOP",
        b"\xff NOOP",
        b"a\tNOOP",
        b"a" * 201 + b" NOOP",
        b"* NOOP",
    ):
        assert tag_of(text) is None


def test_names_are_known_before_a_literal_is_asked_for():
    """In capitals; UID belongs to it."""
    assert check_start(b"a login {3}") == "LOGIN"
    assert check_start(b"a uid Search {3}") == "UID SEARCH"
    with pytest.raises(Problem, match="there is no command FOO"):
        check_start(b"a FOO {3}")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (b"a LOGIN ann secret", "a LOGIN ***"),
        (b"a login {3}\r\nann {6}\r\nsecret", "a login ***"),
        (b" LOGIN ann secret", " LOGIN ***"),
        (b"a AUTHENTICATE PLAIN AGFubgBzZWNyZXQ=", "a AUTHENTICATE PLAIN ***"),
        (b"a AUTHENTICATE PLAIN", "a AUTHENTICATE PLAIN"),
        (b"a SEARCH SUBJECT {5}\r\nlogin", "a SEARCH SUBJECT {5} login"),
        (b"a " + b"x" * 1500, f"a {'x' * 998}… (1502 octets)"),
    ],
)
def test_transcripts_hold_no_secrets(text: bytes, shown: str):
    """And no megabytes."""
    assert shown_command(text) == shown


def test_errors_hold_no_secrets():
    """A password with a parenthesis is an error that does not repeat it."""
    for text in (b"a LOGIN ann sec(ret", b"a LOGIN ann secret word", b"a AUTHENTICATE PLAIN secret secret"):
        with pytest.raises(Problem) as caught:
            parse_command(text)
        assert "ret" not in caught.value.text
