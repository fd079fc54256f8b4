"""IMAP over a real socket: each rule that another server has broken, and what each command does."""

from __future__ import annotations

import base64
import re
import socket
import time
from collections.abc import Iterator

import pytest

from mailcatch.config import AuthSection, ImapSection
from tests.support.imap import Answer, Client, Running, running

MAIL = b"From: ann@example.test\r\nSubject: one\r\n\r\nhello\r\n"


@pytest.fixture(scope="module")
def shared() -> Iterator[Running]:
    """Serve tests that do not mind each other's mail: each has an account of its own."""
    with running() as door:
        yield door


@pytest.fixture
def door() -> Iterator[Running]:
    """Serve an empty store."""
    with running() as door:
        yield door


def numbers(answer: Answer, word: bytes) -> list[int]:
    """Return n of each `* n WORD`."""
    found = (re.fullmatch(rb"\* (\d+) " + word + rb"\r\n", each) for each in answer.untagged)
    return [int(each[1]) for each in found if each]


def filled(door: Running, count: int = 3, user: str = "all") -> Client:
    """Return a client whose INBOX holds so many messages."""
    client = door.client(user, mailbox=None)
    for number in range(count):
        mail = b"Subject: number %d\r\n\r\nbody %d\r\n" % (number + 1, number + 1)
        assert client.ask("APPEND INBOX {%d}" % len(mail), mail).ok
    assert client.ask("SELECT INBOX").ok
    return client


# Saying hello


def test_the_greeting_tells_what_can_be_done(shared: Running):
    """And so does the answer to the login: no client has to ask."""
    client = shared.client(user=None)
    assert client.greeting.startswith(b"* OK [CAPABILITY IMAP4rev1 ")
    assert b"AUTH=PLAIN" in client.greeting and b"LOGINDISABLED" not in client.greeting
    answer = client.ask("LOGIN all secret")
    assert answer.tagged.startswith(b"OK [CAPABILITY IMAP4rev1 ") and b"AUTH=" not in answer.tagged
    assert client.ask("CAPABILITY").untagged == [answer.tagged[4 : answer.tagged.index(b"]")].join([b"* ", b"\r\n"])]


@pytest.mark.parametrize("way", ["initial", "plain", "login"])
def test_ways_to_log_in(shared: Running, way: str):
    """AUTHENTICATE PLAIN with and without SASL-IR, and LOGIN."""
    client = shared.client(user=None)
    plain = base64.b64encode(b"\0ann@example.test\0x")
    if way == "initial":
        answer = client.ask(b"AUTHENTICATE PLAIN " + plain)
    elif way == "plain":
        answer = client.ask("AUTHENTICATE PLAIN", plain)
    else:
        answer = client.ask("AUTHENTICATE LOGIN", base64.b64encode(b"ann@example.test"), base64.b64encode(b"x"))
    assert answer.ok
    assert client.ask("NAMESPACE").untagged == [b'* NAMESPACE (("" "/")) NIL NIL\r\n']


def test_authenticate_can_be_given_up(shared: Running):
    """`*` ends it with BAD, and the session goes on (RFC 3501 §6.2.2)."""
    client = shared.client(user=None)
    assert client.ask("AUTHENTICATE PLAIN", b"*").tagged.startswith(b"BAD")
    assert client.ask("AUTHENTICATE PLAIN", b"???").tagged.startswith(b"BAD")
    assert client.ask("AUTHENTICATE KERBEROS_V4").tagged.startswith(b"NO")
    assert client.ask("LOGIN all x").ok


def test_a_wrong_password_is_refused_and_three_end_it(tmp_path):
    """With --auth-file only."""
    file = tmp_path / "users"
    file.write_text("ann:{PLAIN}right\n")
    with running(auth=AuthSection(file=file)) as door:
        client = door.client(user=None)
        for _ in range(2):
            assert client.ask("LOGIN ann wrong").tagged.startswith(b"NO [AUTHENTICATIONFAILED]")
        assert client.ask("LOGIN ann right").ok
        client = door.client(user=None)
        for _ in range(3):
            answer = client.ask("LOGIN ann wrong")
        assert answer.untagged[0].startswith(b"* BYE") and client.response() == b""


def test_id_is_kept_with_the_session(shared: Running):
    """The path of a message shows which client took it."""
    client = shared.client(mailbox=None)
    answer = client.ask('ID ("name" "Thunderbird" "version" "140")')
    assert answer.untagged[0].startswith(b'* ID ("name" "mailcatch"') and answer.ok
    assert client.ask("ID NIL").ok


def test_enable_of_something_unknown(shared: Running):
    """Is `* ENABLED` and OK; CONDSTORE is named."""
    client = shared.client(mailbox=None)
    assert client.ask("ENABLE UTF8=ACCEPT X-WHAT").untagged == [b"* ENABLED\r\n"]
    assert client.ask("ENABLE CONDSTORE").untagged == [b"* ENABLED CONDSTORE\r\n"]


def test_commands_in_the_wrong_state_are_bad(shared: Running):
    """Each with its tag."""
    client = shared.client(user=None)
    for command in ("SELECT INBOX", "FETCH 1 FLAGS", 'LIST "" "*"', "IDLE"):
        assert client.ask(command).tagged.startswith(b"BAD")
    client = shared.client(mailbox=None)
    for command in ("LOGIN a b", "FETCH 1 FLAGS", "EXPUNGE", "CLOSE", "STARTTLS"):
        assert client.ask(command).tagged.startswith(b"BAD")


def test_an_unknown_command_is_bad_and_twenty_are_the_end(shared: Running):
    """Never silence."""
    client = shared.client(mailbox=None)
    for _ in range(19):
        assert client.ask("XYZZY").tagged.startswith(b"BAD")
    client.send(b"z XYZZY\r\n")
    assert client.response().startswith(b"z BAD")
    assert client.response().startswith(b"* BYE") and client.response() == b""


def test_logout_says_bye(shared: Running):
    """Then OK, then nothing."""
    client = shared.client()
    answer = client.ask("LOGOUT")
    assert answer.untagged[0].startswith(b"* BYE") and answer.ok
    assert client.response() == b""


# Folders


def test_an_account_has_its_folders(shared: Running):
    """With their special uses; INBOX first."""
    client = shared.client("folders@example.test", mailbox=None)
    assert client.ask('LIST "" "*"').untagged == [
        b'* LIST (\\HasNoChildren) "/" "INBOX"\r\n',
        b'* LIST (\\HasNoChildren \\Drafts) "/" "Drafts"\r\n',
        b'* LIST (\\HasNoChildren \\Junk) "/" "Junk"\r\n',
        b'* LIST (\\HasNoChildren \\Sent) "/" "Sent"\r\n',
        b'* LIST (\\HasNoChildren \\Trash) "/" "Trash"\r\n',
    ]
    assert client.ask('LIST "" ""').untagged == [b'* LIST (\\Noselect) "/" ""\r\n']
    assert len(client.ask('LSUB "" "*"').untagged) == 5


def test_list_extended(shared: Running):
    """Selection, RETURN, several patterns, STATUS beside each."""
    client = shared.client("extended@example.test", mailbox=None)
    client.ask("CREATE work/reports")
    client.ask("SUBSCRIBE work/reports")
    listed = client.ask('LIST (SUBSCRIBED) "" "work/*" RETURN (CHILDREN SPECIAL-USE)').untagged
    assert listed == [b'* LIST (\\Subscribed \\HasNoChildren) "/" "work/reports"\r\n']
    assert client.ask('LIST (SPECIAL-USE) "" (Sent work)').untagged == [
        b'* LIST (\\HasNoChildren \\Sent) "/" "Sent"\r\n'
    ]
    answer = client.ask('LIST "" (INBOX "work") RETURN (STATUS (MESSAGES UNSEEN SIZE))')
    assert b'* STATUS "INBOX" (MESSAGES 0 UNSEEN 0 SIZE 0)\r\n' in answer.untagged
    recursive = client.ask('LIST (SUBSCRIBED RECURSIVEMATCH) "" "work"').untagged
    assert recursive[0].endswith(b'"work" ("CHILDINFO" ("SUBSCRIBED"))\r\n')


def test_folders_are_made_renamed_and_removed(shared: Running):
    """With the levels above and below."""
    client = shared.client("maker@example.test", mailbox=None)
    assert client.ask("CREATE a/b/").ok
    assert client.ask("CREATE a/b").tagged.startswith(b"NO [ALREADYEXISTS]")
    assert client.ask("RENAME a c").ok
    assert client.ask('LIST "" "c*"').untagged == [
        b'* LIST (\\HasChildren) "/" "c"\r\n',
        b'* LIST (\\HasNoChildren) "/" "c/b"\r\n',
    ]
    assert client.ask("RENAME c/b INBOX").tagged.startswith(b"NO [ALREADYEXISTS]")
    assert client.ask("DELETE c/b").ok
    assert client.ask("DELETE c/b").tagged.startswith(b"NO [NONEXISTENT]")
    assert client.ask("DELETE INBOX").tagged.startswith(b"NO [CANNOT]")
    assert client.ask("CREATE INBOX").tagged.startswith(b"NO")
    for name in ("x//y", "/x", '"x%"', '""'):
        assert client.ask(f"CREATE {name}").tagged.startswith((b"NO [CANNOT]", b"BAD")), name


def test_names_are_modified_utf7_or_utf8(shared: Running):
    """`&` beside non-ASCII, raw UTF-8 taken too; INBOX in any case."""
    client = shared.client("names@example.test", mailbox=None)
    assert client.ask('CREATE "Entw&APw-rfe &- mehr"').ok
    assert client.ask('SELECT "Entwürfe &- mehr"'.encode()).ok
    assert client.ask('LIST "" "Ent%"').untagged == [b'* LIST (\\HasNoChildren) "/" "Entw&APw-rfe &- mehr"\r\n']
    assert client.ask("SELECT iNbOx").ok


def test_status(shared: Running):
    """The items in the order asked for; of a mailbox that is not there, NO."""
    client = filled(shared, 2, "status@example.test")
    answer = client.ask("STATUS INBOX (UIDNEXT MESSAGES UNSEEN SIZE DELETED)")
    assert answer.untagged == [b'* STATUS "INBOX" (UIDNEXT 3 MESSAGES 2 UNSEEN 2 SIZE 58 DELETED 0)\r\n']
    assert client.ask("STATUS nowhere (MESSAGES)").tagged.startswith(b"NO [NONEXISTENT]")


# Selecting


def test_select_says_what_there_is(shared: Running):
    """Flags, count, recent, unseen, UIDs, MODSEQ."""
    client = filled(shared, 2, "select@example.test")
    answer = client.ask("SELECT INBOX")
    text = b"".join(answer.untagged)
    for line in (b"* FLAGS (", b"[PERMANENTFLAGS (", b"\\*)]", b"* 2 EXISTS", b"RECENT", b"[UNSEEN 1]"):
        assert line in text
    assert re.search(rb"\[UIDVALIDITY \d+\].*\[UIDNEXT 3\].*\[HIGHESTMODSEQ \d+\]", text, re.DOTALL)
    assert b"NOMODSEQ" not in text and b"[CLOSED]" in text
    assert answer.tagged.startswith(b"OK [READ-WRITE]")


def test_examine_changes_nothing(shared: Running):
    r"""No flag, no \Seen, no EXPUNGE."""
    client = filled(shared, 1, "examine@example.test")
    assert client.ask("EXAMINE INBOX").tagged.startswith(b"OK [READ-ONLY]")
    assert b"\\Seen" not in client.ask("FETCH 1 (BODY[] FLAGS)").untagged[0]
    for command in ("STORE 1 +FLAGS (\\Seen)", "EXPUNGE", "MOVE 1 Trash"):
        assert client.ask(command).tagged.startswith(b"NO [READ-ONLY]")
    assert client.ask("CLOSE").ok


def test_a_select_that_fails_leaves_nothing_selected(shared: Running):
    """As RFC 3501 §6.3.1 has it."""
    client = shared.client()
    assert client.ask("SELECT nowhere").tagged.startswith(b"NO [NONEXISTENT]")
    assert client.ask("FETCH 1 FLAGS").tagged.startswith(b"BAD")


def test_recent_belongs_to_exactly_one_session(shared: Running):
    """Two that are told of the same mail: one has it."""
    user = "recent@example.test"
    first, second = shared.client(user), shared.client(user)
    shared.deliver(to=user)
    told = [numbers(each.ask("NOOP"), b"RECENT") for each in (first, second)]
    assert told == [[1], []]
    flags = [each.ask("FETCH 1 FLAGS").untagged[0] for each in (first, second)]
    assert [b"\\Recent" in each for each in flags] == [True, False]
    assert b"* 0 RECENT\r\n" in second.ask("SELECT INBOX").untagged
    shared.deliver(to=user)
    assert b"* 1 RECENT\r\n" in first.ask("EXAMINE INBOX").untagged
    assert b"* 1 RECENT\r\n" in first.ask("SELECT INBOX").untagged


# What the view tells


def test_exists_comes_before_the_fetch_of_new_mail(door: Running):
    """Whatever has happened to it meanwhile."""
    client, other = filled(door, 1), door.client()
    door.deliver()
    assert numbers(other.ask("NOOP"), b"EXISTS") == [2]
    other.ask("STORE 1:2 +FLAGS (\\Flagged)")
    told = [each for each in client.ask("NOOP").untagged if b"RECENT" not in each]
    assert told[0] == b"* 2 EXISTS\r\n" and told[1].startswith(b"* 1 FETCH (FLAGS (\\Flagged")


@pytest.mark.parametrize("command", ["FETCH 1 FLAGS", "STORE 1 +FLAGS (\\Seen)", "SEARCH ALL", "SORT (SIZE) UTF-8 ALL"])
def test_no_expunge_while_numbers_are_in_use(shared: Running, command: str):
    """FETCH, STORE, SEARCH, SORT by number say none; the next NOOP does."""
    user = f"{command.split()[0].lower()}@numbers.test"
    client, other = filled(shared, 3, user), shared.client(user)
    other.ask("STORE 2 +FLAGS.SILENT (\\Deleted)")
    assert numbers(other.ask("EXPUNGE"), b"EXPUNGE") == [2]
    assert numbers(client.ask(command), b"EXPUNGE") == []
    assert numbers(client.ask("NOOP"), b"EXPUNGE") == [2]


@pytest.mark.parametrize("command", ["NOOP", "CHECK", "UID FETCH 1 FLAGS", "UID SEARCH ALL", "UID STORE 1 +FLAGS (x)"])
def test_expunge_is_said_where_it_may_be(shared: Running, command: str):
    """NOOP and UID commands."""
    user = f"{command.replace(' ', '')[:8].lower()}@uids.test"
    client, other = filled(shared, 3, user), shared.client(user)
    other.ask("STORE 2 +FLAGS.SILENT (\\Deleted)")
    other.ask("EXPUNGE")
    assert numbers(client.ask(command), b"EXPUNGE") == [2]


def test_a_message_that_has_gone_is_no_after_the_rest(shared: Running):
    """RFC 2180: the others are answered."""
    user = "gone@example.test"
    client, other = filled(shared, 3, user), shared.client(user)
    other.ask("STORE 2 +FLAGS.SILENT (\\Deleted)")
    other.ask("EXPUNGE")
    for items in ("FLAGS", "ENVELOPE", "BODY.PEEK[]"):
        answer = client.ask(f"FETCH 1:3 {items}")
        fetched = [each[:9] for each in answer.untagged if each.endswith(b")\r\n") and b"PERMANENT" not in each]
        assert fetched == [b"* 1 FETCH", b"* 3 FETCH"]
        assert answer.tagged.startswith(b"NO [EXPUNGEISSUED]")
    assert numbers(client.ask("NOOP"), b"EXPUNGE") == [2]
    assert client.ask("FETCH 1:2 FLAGS").ok


def test_a_deleted_folder_empties_in_the_hands_of_who_has_it_selected(shared: Running):
    """The session lives on."""
    client, other = (shared.client("doomed@example.test", mailbox=None) for _ in range(2))
    client.ask("CREATE doomed")
    client.ask("APPEND doomed {%d}" % len(MAIL), MAIL)
    assert client.ask("SELECT doomed").ok and other.ask("DELETE doomed").ok
    assert numbers(client.ask("NOOP"), b"EXPUNGE") == [1]
    assert client.ask("FETCH 1:* FLAGS").tagged.startswith((b"BAD", b"OK"))
    assert client.ask("SELECT INBOX").ok


# FETCH


def test_fetch_of_all_items(shared: Running):
    """Each with its label, in the order asked for."""
    client = shared.client("fetch@example.test", mailbox=None)
    client.ask('APPEND INBOX (\\Seen) " 5-Nov-2026 10:00:00 +0100" {%d}' % len(MAIL), MAIL)
    client.ask("SELECT INBOX")
    (fetched,) = client.ask("FETCH 1 (UID RFC822.SIZE INTERNALDATE FLAGS ENVELOPE BODY BODYSTRUCTURE)").untagged
    assert fetched.startswith(
        b'* 1 FETCH (UID 1 RFC822.SIZE 47 INTERNALDATE " 5-Nov-2026 09:00:00 +0000" FLAGS (\\Seen'
    )
    assert b'ENVELOPE (NIL "one" ((NIL NIL "ann" "example.test"))' in fetched
    assert re.search(
        rb'BODY \("text" "plain" .* 7 1\) BODYSTRUCTURE \("text" "plain" .* 7 1 NIL', fetched, re.IGNORECASE
    )
    for macro in ("FAST", "ALL", "FULL"):
        assert client.ask(f"FETCH 1 {macro}").ok


def test_bodies_come_byte_for_byte(shared: Running):
    """Whole, in parts, in pieces; RFC822 and its kin."""
    client = shared.client("bodies@example.test", mailbox=None)
    raw = b"Subject: x\r\nX-8: \xe4\r\n\r\nlone\nLF, \x00 and \xff\r\n no end"
    client.ask("APPEND INBOX {%d}" % len(raw), raw)
    client.ask("SELECT INBOX")
    assert b"BODY[] {%d}\r\n%s" % (len(raw), raw) in client.ask("FETCH 1 BODY.PEEK[]").untagged[0]
    assert b"RFC822 {%d}\r\n%s" % (len(raw), raw) in client.ask("FETCH 1 RFC822").untagged[0]
    assert b"BODY[]<5> {4}\r\nct: " in client.ask("FETCH 1 BODY.PEEK[]<5.4>").untagged[0]
    assert b"BODY[]<900> {0}\r\n" in client.ask("FETCH 1 BODY.PEEK[]<900.4>").untagged[0]
    header = raw[: raw.index(b"\r\n\r\n") + 4]
    assert b"RFC822.HEADER {%d}\r\n%s" % (len(header), header) in client.ask("FETCH 1 RFC822.HEADER").untagged[0]
    assert b"BODY[9] NIL" in client.ask("FETCH 1 BODY.PEEK[9]").untagged[0]


def test_a_large_message_comes_in_one_response(shared: Running):
    """Though it is sent in pieces."""
    client = shared.client("large@example.test", mailbox=None)
    raw = b"Subject: large\r\n\r\n" + b"0123456789abcde\n" * 200_000
    client.ask("APPEND INBOX {%d}" % len(raw), raw)
    client.ask("SELECT INBOX")
    answer = client.ask("UID FETCH 1 (BODY.PEEK[] BODY.PEEK[HEADER.FIELDS (SUBJECT)])")
    assert answer.untagged == [
        b"* 1 FETCH (UID 1 BODY[] {%d}\r\n%s BODY[HEADER.FIELDS (SUBJECT)] {18}\r\nSubject: large\r\n\r\n)\r\n"
        % (len(raw), raw)
    ]


def test_header_fields_are_astrings_and_end_with_the_blank_line(shared: Running):
    """Quoted, as literals, with `]`; the label says what was asked for."""
    client = shared.client("fields@example.test", mailbox=None)
    client.ask("APPEND INBOX {%d}" % len(MAIL), MAIL)
    client.ask("SELECT INBOX")
    for fields in (b'SUBJECT "x\\"y"', b'subject "a]b"', b'"Subject"'):
        (fetched,) = client.ask(b"FETCH 1 BODY.PEEK[HEADER.FIELDS (" + fields + b")]").untagged
        assert fetched.endswith(b" {16}\r\nSubject: one\r\n\r\n)\r\n")
    (fetched,) = client.ask("FETCH 1 BODY.PEEK[HEADER.FIELDS.NOT ({4}", b"From)]").untagged[-1:]
    assert fetched.endswith(b"Subject: one\r\n\r\n)\r\n")


def test_reading_a_body_sets_seen_and_peeking_does_not(shared: Running):
    """In one answer with the flags; the other sessions are told."""
    user = "seen@example.test"
    client, other = filled(shared, 2, user), shared.client(user)
    assert b"FLAGS" not in client.ask("FETCH 1 (BODY.PEEK[] RFC822.HEADER)").untagged[0]
    (fetched,) = client.ask("FETCH 1 BODY[TEXT]").untagged
    assert fetched.startswith(b"* 1 FETCH (FLAGS (\\Seen") and fetched.count(b"FLAGS") == 1
    (fetched,) = client.ask("FETCH 2 (FLAGS BODY[1])").untagged
    assert fetched.startswith(b"* 2 FETCH (FLAGS (\\Seen") and fetched.count(b"FLAGS") == 1
    assert b"FLAGS" not in client.ask("FETCH 1 BODY[TEXT]").untagged[0]
    assert client.ask("NOOP").untagged == []
    assert [each[:27] for each in other.ask("NOOP").untagged] == [
        b"* 1 FETCH (FLAGS (\\Seen))\r\n",
        b"* 2 FETCH (FLAGS (\\Seen))\r\n",
    ]


def test_stars_and_ends(shared: Running):
    """`71:*` is the last message; in an empty mailbox `*` is OK and nothing; a number beyond is BAD, a UID is not."""
    client = filled(shared, 3, "stars@example.test")
    assert [each[:9] for each in client.ask("UID FETCH 71:* (FLAGS)").untagged] == [b"* 3 FETCH"]
    assert client.ask("UID FETCH 71 (FLAGS)").untagged == []
    assert client.ask("FETCH 4 FLAGS").tagged.startswith(b"BAD")
    client.ask("SELECT Junk")
    for command in ("UID FETCH 1:* (FLAGS)", "UID FETCH * (FLAGS)", "UID STORE 1:* +FLAGS (x)", "UID SEARCH *"):
        assert client.ask(command).ok


def test_an_unknown_item_is_bad(shared: Running):
    """Never silence."""
    client = filled(shared, 1, "items@example.test")
    for item in ("X-GM-LABELS", "BODY[", "BODY[1.", "(FLAGS", "BODY[]<0.0>"):
        assert client.ask(f"FETCH 1 {item}").tagged.startswith(b"BAD")


# SEARCH


def test_an_empty_search_still_answers(shared: Running):
    """`* SEARCH` and nothing; ESEARCH has its tag."""
    client = filled(shared, 3, "search@example.test")
    assert client.ask("SEARCH SUBJECT nothing").untagged == [b"* SEARCH\r\n"]
    assert client.ask("SEARCH SUBJECT number").untagged == [b"* SEARCH 1 2 3\r\n"]
    assert client.ask("SEARCH CHARSET UTF-8 OR SUBJECT {8}", b"number 2 BODY {6}", b"body 3").untagged[-1] == (
        b"* SEARCH 2 3\r\n"
    )
    assert client.ask("SEARCH 2:*").untagged == [b"* SEARCH 2 3\r\n"]
    assert client.ask("SEARCH CHARSET KOI8-R ALL").tagged.startswith(b"NO [BADCHARSET")
    (found,) = client.ask("UID SEARCH RETURN (MIN MAX COUNT ALL) UNSEEN").untagged
    assert re.fullmatch(rb'\* ESEARCH \(TAG "a\d+"\) UID MIN 1 MAX 3 ALL 1:3 COUNT 3\r\n', found)


def test_sort(shared: Running):
    """By what was asked for."""
    client = filled(shared, 3, "sort@example.test")
    assert client.ask("SORT (REVERSE SUBJECT) UTF-8 ALL").untagged == [b"* SORT 3 2 1\r\n"]
    assert client.ask("UID SORT (ARRIVAL) UTF-8 UNSEEN").untagged == [b"* SORT 1 2 3\r\n"]


# STORE, COPY, MOVE, APPEND, EXPUNGE


def test_store_answers_unless_it_is_silent(shared: Running):
    """Keywords are taken as they are written, and told as FLAGS."""
    client = filled(shared, 2, "store@example.test")
    answer = client.ask("STORE 1:2 +FLAGS (\\Flagged $label1)")
    assert answer.untagged[0].startswith(b"* FLAGS (") and b"$label1" in answer.untagged[0]
    assert b"* 1 FETCH (FLAGS (\\Flagged $label1" in answer.untagged[2]
    assert client.ask("STORE 1:2 -FLAGS.SILENT ($LABEL1)").untagged == []
    assert b"$label1" not in client.ask("FETCH 1 FLAGS").untagged[0]
    assert client.ask("STORE 1 FLAGS ()").untagged[0].startswith(b"* 1 FETCH (FLAGS (")
    assert client.ask("STORE 1 +FLAGS (\\Recent)").tagged.startswith((b"BAD", b"NO"))


def test_a_silent_store_tells_what_somebody_else_did(shared: Running):
    """For its client cannot know."""
    user = "silent@example.test"
    client, other = filled(shared, 1, user), shared.client(user)
    other.ask("STORE 1 +FLAGS.SILENT (\\Flagged)")
    (told,) = client.ask("STORE 1 +FLAGS.SILENT (\\Seen)").untagged
    assert told.startswith(b"* 1 FETCH (FLAGS (\\Flagged \\Seen")
    assert client.ask("NOOP").untagged == []


def test_copy_and_move_name_the_new_uids(shared: Running):
    """COPYUID; a target that is not there is TRYCREATE; what was moved is expunged."""
    client = filled(shared, 3, "copies@example.test")
    assert re.match(rb"OK \[COPYUID \d+ 1,3 1:2\]", client.ask("COPY 1,3 Sent").tagged)
    assert client.ask("COPY 1 nowhere").tagged.startswith(b"NO [TRYCREATE]")
    answer = client.ask("UID MOVE 1:2 Trash")
    assert re.match(rb"\* OK \[COPYUID \d+ 1:2 1:2\]", answer.untagged[0])
    assert numbers(answer, b"EXPUNGE") == [2, 1] and answer.ok
    assert client.ask("UID MOVE 99 Trash").ok
    client.ask("SELECT Trash")
    assert client.ask("SEARCH ALL").untagged == [b"* SEARCH 1 2\r\n"]


def test_append_names_its_uid_and_is_told(shared: Running):
    """Flags, date and bytes are the client's; a literal too large is refused before it is sent."""
    client = filled(shared, 1, "append@example.test")
    answer = client.ask("APPEND INBOX (\\Seen $x) {%d+}\r\n%s" % (len(MAIL), MAIL.decode()))
    assert numbers(answer, b"EXISTS") == [2]
    assert re.match(rb"OK \[APPENDUID \d+ 2\]", answer.tagged)
    assert client.ask("APPEND nowhere {3}", b"abc").tagged.startswith(b"NO [TRYCREATE]")
    answer = client.ask("APPEND INBOX {99999999999}")
    assert answer.tagged.startswith(b"NO [TOOBIG]") and answer.untagged == []


def test_expunge_and_uid_expunge(shared: Running):
    """Of those UIDs only, if some are named; CLOSE says nothing, UNSELECT does nothing."""
    client = filled(shared, 4, "expunge@example.test")
    client.ask("STORE 1:3 +FLAGS.SILENT (\\Deleted)")
    assert numbers(client.ask("UID EXPUNGE 2,4"), b"EXPUNGE") == [2]
    assert client.ask("UNSELECT").ok and client.ask("SELECT INBOX").ok
    assert numbers(client.ask("EXPUNGE"), b"EXPUNGE") == [2, 1]
    client.ask("STORE 1 +FLAGS.SILENT (\\Deleted)")
    assert client.ask("CLOSE").untagged == []
    assert b"* 0 EXISTS\r\n" in client.ask("SELECT INBOX").untagged


# CONDSTORE


def test_condstore(shared: Running):
    """MODSEQ in FETCH, CHANGEDSINCE, UNCHANGEDSINCE with MODIFIED, SEARCH MODSEQ."""
    client = filled(shared, 3, "condstore@example.test")
    text = b"".join(client.ask("SELECT INBOX (CONDSTORE)").untagged)
    highest = int(re.search(rb"HIGHESTMODSEQ (\d+)", text)[1])  # type: ignore[index] # or the test fails
    client.ask("STORE 2 +FLAGS.SILENT (\\Flagged)")
    (fetched,) = client.ask(f"FETCH 1:* (FLAGS) (CHANGEDSINCE {highest})").untagged
    found = re.match(rb"\* 2 FETCH \(FLAGS \(\\Flagged.*\) MODSEQ \((\d+)\)\)", fetched)
    assert found and int(found[1]) > highest
    answer = client.ask(f"STORE 1:3 (UNCHANGEDSINCE {highest}) +FLAGS.SILENT (\\Seen)")
    assert answer.tagged.startswith(b"OK [MODIFIED 2]")
    assert [re.sub(rb"\d+\)\)", b"n))", each) for each in answer.untagged] == [
        b"* 1 FETCH (UID 1 MODSEQ (n))\r\n",
        b"* 3 FETCH (UID 3 MODSEQ (n))\r\n",
    ]
    (found_uids,) = client.ask(f"UID SEARCH MODSEQ {highest + 1}").untagged
    assert re.fullmatch(rb"\* SEARCH 1 2 3 \(MODSEQ \d+\)\r\n", found_uids)
    assert b"HIGHESTMODSEQ" in client.ask("STATUS INBOX (HIGHESTMODSEQ)").untagged[0]


# IDLE


def test_idle_pushes_at_once(door: Running):
    """New mail, flags, expunges; DONE ends it."""
    client, other = door.client(), door.client()
    assert client.idle().startswith(b"+ ")
    began = time.monotonic()
    door.deliver()
    assert client.response() == b"* 1 EXISTS\r\n"
    assert time.monotonic() - began < 1
    assert client.response() == b"* 1 RECENT\r\n"
    other.ask("NOOP")
    other.ask("STORE 1 +FLAGS (\\Deleted)")
    assert client.response() == b"* 1 FETCH (FLAGS (\\Deleted \\Recent))\r\n"
    other.ask("EXPUNGE")
    assert client.response() == b"* 1 EXPUNGE\r\n"
    assert client.done().ok


def test_idle_misses_nothing_that_came_just_before(door: Running):
    """It looks once when it begins."""
    client = door.client()
    door.deliver()
    assert client.idle().startswith(b"+ ")
    assert client.response() == b"* 1 EXISTS\r\n"


def test_anything_but_done_ends_idle_with_bad(shared: Running):
    """And the session goes on."""
    client = shared.client()
    client.idle()
    client.send(b"b NOOP\r\n")
    response = client.response()
    while response.startswith(b"* "):  # what the others' tests did
        response = client.response()
    assert response.startswith(b"a3 BAD")
    assert client.ask("NOOP").ok


def test_idle_without_a_mailbox_waits(shared: Running):
    """There is nothing to tell."""
    client = shared.client(mailbox=None)
    assert client.idle().startswith(b"+ ")
    assert client.done().ok


def test_idle_lasts_half_an_hour():
    """By default; RFC 3501 §5.4."""
    assert ImapSection().idle_timeout >= 30 * 60


def test_a_silent_client_is_told_bye():
    """When its time is up."""
    with running(ImapSection(idle_timeout=0.2)) as door:
        client = door.client(user=None)
        assert client.response().startswith(b"* BYE") and client.response() == b""


# The line


def test_a_line_of_a_mebibyte_is_taken_and_a_longer_one_is_bad(shared: Running):
    """The connection stays."""
    client = filled(shared, 1, "lines@example.test")
    uids = ",".join(str(number) for number in range(1, 300_000, 2))[: (1 << 20) - 100].rpartition(",")[0]
    assert client.ask(f"UID FETCH {uids} (FLAGS)").ok
    assert client.ask("FETCH " + "1," * (1 << 20) + "1 FLAGS").tagged.startswith(b"BAD")
    assert client.ask("NOOP").ok


def test_pipelined_commands_are_answered_in_order(shared: Running):
    """Each with its tag, also with literals that do not wait."""
    client = filled(shared, 1, "pipe@example.test")
    client.send(b"p1 NOOP\r\np2 SEARCH SUBJECT {6+}\r\nnumber\r\np3 FETCH 1 FLAGS\r\np4 CHECK\r\n")
    tags = []
    while len(tags) < 4:
        response = client.response()
        if not response.startswith(b"* "):
            tags.append(response.split()[0])
    assert tags == [b"p1", b"p2", b"p3", b"p4"]


def test_a_client_that_vanishes_leaves_nothing_behind(shared: Running):
    """In IDLE, in a FETCH, in a literal."""
    for last in (b"x IDLE\r\n", b"x FETCH 1:* BODY[]\r\n", b"x APPEND INBOX {100}\r\nhalf"):
        client = filled(shared, 2, "vanish@example.test")
        client.send(last)
        client.sock.shutdown(socket.SHUT_RDWR)
    assert shared.client("vanish@example.test").ask("NOOP").ok


def test_when_mailcatch_stops_it_says_bye():
    """To who idles, too."""
    with running() as door:
        client, other = door.client(), door.client()
        client.idle()
        door.clients.clear()
    for each in (client, other):
        assert each.response().startswith(b"* BYE")
        each.close()
