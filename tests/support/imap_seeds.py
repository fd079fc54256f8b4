"""Whole IMAP commands for fuzzing, with their literals; `{n}` waits for `+`, `{n+}` does not."""

from __future__ import annotations

SEEDS: tuple[bytes, ...] = (
    b"a1 CAPABILITY\r\n",
    b'a2 ID ("name" "x" "version" NIL)\r\n',
    b"a3 AUTHENTICATE PLAIN AGFubgBzZWNyZXQ=\r\n",
    b'a4 LOGIN {3+}\r\nann "pass \\"word\\""\r\n',
    b"a5 ENABLE CONDSTORE UTF8=ACCEPT\r\n",
    b'a6 LIST (SUBSCRIBED RECURSIVEMATCH) "" (INBOX "S%*" {2+}\r\na*) RETURN (CHILDREN STATUS (MESSAGES SIZE))\r\n',
    b'a7 LSUB "" "*"\r\n',
    b"a8 STATUS {5+}\r\nInbox (MESSAGES HIGHESTMODSEQ)\r\n",
    b"a9 SELECT &AOk-t&AOk- (CONDSTORE)\r\n",
    b'b1 RENAME {1}\r\na "b c"\r\n',
    b'b2 APPEND Sent (\\Seen $label1) " 5-Nov-2026 10:00:00 +0100" {11+}\r\nTo: a\r\n\r\nhi\r\n',
    b"b3 APPEND {4+}\r\nSent {3}\r\nabc\r\n",
    b"b4 UID EXPUNGE 1:4,7\r\n",
    b'b5 SEARCH RETURN (MIN MAX ALL COUNT) CHARSET UTF-8 OR SUBJECT {7+}\r\ngr\xc3\xbc\xc3\x9fe NOT (1:3,* HEADER X "")\r\n',
    b'b6 UID SEARCH BEFORE 5-Nov-2026 MODSEQ "/flags/\\\\draft" all 7 LARGER 9 KEYWORD $a UID 3:*\r\n',
    b"b7 UID SORT RETURN (COUNT) (REVERSE DATE SUBJECT) UTF-8 UNSEEN TEXT {1}\r\nx\r\n",
    b'b8 FETCH 2:*,9:7 (FLAGS BODY.PEEK[1.2.HEADER.FIELDS (To {4+}\r\nFrom "a b")]<0.100> RFC822.SIZE) (CHANGEDSINCE 3)\r\n',
    b"b9 UID FETCH 1 FULL\r\n",
    b"c1 UID STORE 1:5 (UNCHANGEDSINCE 7) -FLAGS.SILENT (\\Seen \\Deleted $Junk)\r\n",
    b"c2 UID MOVE 1:3 Trash\r\n",
    b"c3 IDLE\r\n",
    b"c4 LOGOUT\r\n",
)
