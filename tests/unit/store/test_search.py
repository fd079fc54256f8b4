"""mailcatch.store.search: the SQL of a query, in a real SQLite on the real schema."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from mailcatch.address import key_of
from mailcatch.errors import QueryError
from mailcatch.ids import new_id
from mailcatch.inbox.accept import Arrival, compose
from mailcatch.model import Envelope, Origin, Recipient
from mailcatch.search.fields import FIELDS
from mailcatch.search.fold import fold, words
from mailcatch.search.grammar import LONGEST, MOST_TERMS, parse
from mailcatch.search.predicate import Candidate, candidate, predicate
from mailcatch.search.query import All, And, Not, Or, Query, Term, Word
from mailcatch.search.spelling_parameters import from_fields
from mailcatch.search.tokens import quoted
from mailcatch.store import messages, removal
from mailcatch.store.api import Destination, NewMessage
from mailcatch.store.contents import given_message
from mailcatch.store.deriving import Derived, Role
from mailcatch.store.files import open_writer
from mailcatch.store.functions import Functions
from mailcatch.store.known import read_known
from mailcatch.store.search import compile, mentions_bin, source
from mailcatch.store.tally import Tally
from mailcatch.store.transaction import Transaction

NOW = 1_795_424_400_000
SEED = 20261123
PIECES = [
    "reset", "Reset", "password", "pass", "word", "code", "123-456", "123", "Straße", "STRASSE", "strasse", "ß", "é", "e\u0301", "É",
    "naïve", "密码", "密", "码重置", "パスワード", "ﾊﾟ", "हिन्दी", "हिन", "ยืนยัน", "ก่", "비밀번호", "ﬁne", "①", "İstanbul", "\u017f", "\u212a", "\u212b",
    "%", "_", "*", "?", "[a-z]", "[", "]", "\\", "'", "''", '"', "\"x\"", "--", ";", "(", ")", "AND", "OR", "NOT", "NEAR", "^a", "a:b", "{x}",
    "\0", "a\0b", "\ud800", "x\udfff", "\u0301", "\u00ad", "pass\u00adword", "\u200b", "\u200d", "\ufeff", "🎉", "👩\u200d💻", " ", "  ",
    "\t", "\r\n", "\u00a0", "\u3000", "\u2028", "a_b", "x.test", "bob", "b", "1", "12", "foo-bar", "foo", "bar", "\uffff", "\U0010ffff",
]  # fmt: skip
LOCALS = [
    "bob",
    "Bob",
    "notbob",
    "b",
    "bob+ci",
    '"a b"',
    '"bob"',
    "straße",
    "bo[b",
    "bo?b",
    "b*b",
    "e\u0301",
    "密",
    "%",
    "_",
    "",
    "a'b",
    "\0",
]
DOMAINS = [
    "x.test",
    "X.Test",
    "sub.x.test",
    "münchen.test",
    "xn--mnchen-3ya.test",
    "[127.0.0.1]",
    "x",
    "密.test",
    "y.test",
    "",
    "x.test.",
]
TAGS = ["nightly", "Nightly", "é", "'", "a b"]
INBOXES = ["default", "gw0", "gw1"]
HEADERS = ["X-Run", "x-run", "X-Run", "Subject", "X-Ünü", "List-Unsubscribe"]
CODES = ["482910", "123-456", "A1B2C3", "99", "reset?token=x"]
USERS, HELOS = ["gw0", "GW0", "é", "a*b", ""], ["app.test", "App.Test", "[127.0.0.1]", "x"]
PEERS = ["127.0.0.1:5000", "[::1]:5000", "172.18.0.4:1", "unix"]
TLS = ["TLSv1.3 TLS_AES_256_GCM_SHA384", "TLSv1.2 X"]
ROLES: list[Role] = ["rcpt", "mail_from", "from", "sender", "reply_to", "to", "cc", "bcc"]
ROLE_FIELDS = ("to", "from", "cc", "bcc", "rcpt", "sender", "reply-to")
VALUES: dict[str, list[str]] = {
    "is": ["read", "unread", "pinned", "binned"],
    "has": ["attachment", "link", "code", "html", "text", "cc", "tag", "user", "tls"],
    **{key: ["0", "1k", "2k"] for key in ("size", "larger", "smaller")},
    **{key: ["1d", "0s", "2d", "2026-11-23", "2026-11"] for key in ("before", "after", "newer", "older", "date")},
    "tag": TAGS,
    "inbox": INBOXES,
    "message-id": ["1@x", "2@x", "3@x"],
}


class Writer:
    """The store's own statements on a connection of the test's."""

    def __init__(self, path: Path) -> None:
        self.connection = open_writer(path)
        self.connection.executemany(
            "INSERT INTO inboxes (name, automatic, created_at, used_at) VALUES (?, 1, 0, 0)", [("gw0",), ("gw1",)]
        )
        self._seq = 0
        self.functions = Functions(self.connection)

    def add(self, new: NewMessage) -> int:
        return self._run(lambda transaction: messages.add(transaction, new).seq)

    def remove(self, seqs: list[int]) -> None:
        self._run(lambda transaction: removal.remove(transaction, seqs).count)

    def _run(self, act) -> int:
        self.connection.execute("BEGIN IMMEDIATE")
        transaction = Transaction(self.connection, self._seq, NOW, Tally(), inboxes=read_known(self.connection))
        result: int = act(transaction)
        transaction.catch_up()
        transaction.flush()
        self.connection.execute("COMMIT")
        self._seq = transaction.seq
        return result

    def matching(self, query: Query) -> set[int]:
        self.functions.renew()
        where, parameters = compile(query)
        return {seq for (seq,) in self.connection.execute(f"SELECT m.seq FROM messages m WHERE {where}", parameters)}

    def listed(self, query: Query, order: str = "DESC") -> list[int]:
        self.functions.renew()
        found = source(query)
        rows = self.connection.execute(
            f"SELECT m.seq FROM {found.tables} WHERE {found.where} ORDER BY {found.seq} {order}", found.parameters
        )
        return [seq for (seq,) in rows]


class Random:
    """Mails and queries over nasty pieces, the same in each run."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)

    def text(self, most: int) -> str:
        glue = self.draw.choice(["", " ", " "])
        return glue.join(self.draw.choices(PIECES, k=self.draw.randint(0, most)))

    def address(self) -> str:
        return f"{self.draw.choice(LOCALS)}@{self.draw.choice(DOMAINS)}" if self.draw.random() < 0.9 else self.text(2)

    def raw(self) -> bytes:
        """Make a message with headers, HTML, a file, links and codes, of the same pieces."""
        draw = self.draw
        lines = [f"{name}: {self.line(3)}" for name in HEADERS if draw.random() < 0.5]
        html = f"<p>{self.text(3)}<a href='https://{draw.choice(DOMAINS)}/{self.line(1)}'>{self.text(2)}</a>"
        plain = f"{self.text(3)}\r\nYour code is {draw.choice(CODES)}\r\nhttps://x.test/{draw.choice(CODES)}"
        disposition = f'attachment; filename="{self.line(2)}"'
        parts = draw.sample([("text/plain", "inline", plain), ("text/html", "inline", html),
                             ("application/pdf", disposition, "%PDF"), ("image/png", disposition, "x")], draw.randint(0, 4))  # fmt: skip
        lines += ["Content-Type: multipart/mixed; boundary=b", ""]
        for kind, how, body in parts:
            lines += ["--b", f"Content-Type: {kind}; charset=utf-8", f"Content-Disposition: {how}", "", body]
        return "\r\n".join([*lines, "--b--", ""]).encode("utf-8", "replace")

    def line(self, most: int) -> str:
        return " ".join(self.text(most).split()).replace('"', "")

    def envelope(self) -> Envelope:
        draw = self.draw
        user, helo, peer, tls = [draw.choice([None, *choices]) for choices in (USERS, HELOS, PEERS, TLS)]
        return Envelope("", (Recipient("x@y"),), helo=helo, peer=peer, tls=tls, auth_user=user)

    def mail(self) -> NewMessage:
        """Make a message whose texts and addresses are what an arrival's would be, without its encodings."""
        draw = self.draw
        texts = (fold(self.text(5)), fold(self.text(4)), fold(self.text(12)))
        addresses = []
        for role in draw.sample(ROLES, draw.randint(0, 5)):
            if draw.random() < 0.3:
                addresses.append((fold(draw.choice([self.text(2), self.address()])), role, ""))
            key = key_of(self.address())
            addresses.append((key.key, role, key.domain))
        new = compose(Arrival(
            self.raw(), self.envelope(), "smtp", NOW + draw.randint(-3, 3) * 86_400_000, read=draw.random() < 0.5,
            pinned=draw.random() < 0.3, binned=draw.random() < 0.2, tags=tuple(draw.sample(TAGS, draw.randint(0, 2))),
            destination=Destination(fallback=tuple(draw.sample(INBOXES, draw.randint(0, 2)))),
        ))  # fmt: skip
        summary = replace(
            new.summary, size=draw.randint(0, 3) * 1024, attachment_count=draw.choice([0, 0, 1, 3]), message_id=draw.choice([None, "<1@x>", "<2@x>"]),
            id=new_id(),
        )  # fmt: skip
        joined = tuple([" ".join(words(text)) for text in texts])
        made = replace(new, summary=summary)
        made.__dict__["derived"] = Derived(texts, joined, tuple(dict.fromkeys(addresses)))
        return made

    def term(self, ids: list[str]) -> str:
        draw = self.draw
        name = draw.choice(["", "", "", "phrase", *FIELDS])
        if name == "":
            return self.text(2)
        if name == "phrase":
            return quoted(self.text(3))
        if name in ROLE_FIELDS:
            return f"{name}:{quoted(self.asked_address())}"
        choices = {**VALUES, "id": ids}.get(name) or [self.text(2)]
        return f"{name}:{quoted(draw.choice(choices))}"

    def asked_address(self) -> str:
        draw = self.draw
        local, domain = (
            draw.choice(["*", "bo*", "bo?b*", "bo[*", "*b", "b*b*", ""]),
            draw.choice([*DOMAINS, "*", "*.x.test", "*.test"]),
        )
        return draw.choice(
            [self.address(), f"{local}@{domain}", f"@{domain}", self.text(2), draw.choice(LOCALS), "*", "x.t"]
        )

    def query(self, ids: list[str], depth: int = 0) -> str:
        draw = self.draw
        if depth > 3 or draw.random() < 0.45:
            return self.term(ids)
        inner = [self.query(ids, depth + 1) for _ in range(draw.randint(1, 3))]
        shape = draw.choice(["all", "any", "not", "not"])
        if shape == "not":
            return f"-({inner[0]})"
        return f"({' '.join(inner) if shape == 'all' else ' OR '.join(inner)})"


def shown(new: NewMessage) -> Candidate:
    """Give what a predicate sees of a new message."""
    derived = new.derived
    contents = given_message(new.raw, new.reading.root, new.envelope, derived.texts[2])
    return candidate(new.summary, derived.texts, derived.words, derived.addresses, contents)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Writer, dict[int, Candidate]]]:
    """Make a database of nasty mails, every third of which was deleted again."""
    writer, draw = Writer(tmp_path_factory.mktemp("search") / "mail.db"), Random(SEED)
    stored = {}
    for new in [draw.mail() for _ in range(240)]:
        stored[writer.add(new)] = shown(new)
    gone = [seq for place, seq in enumerate(stored) if place % 3 == 0]
    writer.remove(gone)
    for seq in gone:
        del stored[seq]
    yield writer, stored
    writer.connection.close()


def test_predicate_and_sql_agree(filled: tuple[Writer, dict[int, Candidate]]) -> None:
    """Thousands of random queries over nasty strings find the same by SQL, by the list's SQL, and one by one."""
    writer, stored = filled
    draw = Random(SEED + 1)
    ids = [each.id for each in stored.values()]
    asked = some = 0
    while asked < 800:
        text = draw.query(ids)
        try:
            query = parse(text, now=NOW)
        except QueryError:
            continue
        asked += 1
        matches = predicate(query)
        expected = [seq for seq, each in stored.items() if matches(each)]
        some += 0 < len(expected) < len(stored)
        assert sorted(writer.matching(query)) == expected, text
        shown = [seq for seq in expected if mentions_bin(query) or not stored[seq].binned]
        assert writer.listed(query, "ASC") == shown, text
    assert some > 320, "the queries say too little: nearly all match everything or nothing"


def said(names: list[str]) -> st.SearchStrategy[Query]:
    """Draw terms of these fields, by each of their operators and properties, about nasty texts."""

    @st.composite
    def term(draw: st.DrawFn) -> Query:
        name = draw(st.sampled_from(names))
        kind = FIELDS[name]
        inner = [draw(st.sampled_from(["X-Run", "subject", "X-None"]))] if name == "header" else []
        if kind.properties and draw(st.booleans()):
            inner.append(draw(st.sampled_from(kind.properties)))
        if kind.operators and draw(st.booleans()):
            inner.append(draw(st.sampled_from(kind.operators)))
        texts = st.lists(st.sampled_from([*PIECES, *CODES, *DOMAINS, *LOCALS]), min_size=1, max_size=3).map("".join)
        known = st.sampled_from([*VALUES.get(name, ["x"]), *OTHERS.get(name, ["true", "false", "*", "a*b", "^."])])
        strict = not kind.operators or "exists" not in kind.operators  # states, sizes, dates
        value = draw(st.sampled_from(VALUES[name]) if strict else known | texts | st.text(max_size=4))
        try:
            return from_fields({name + "".join([f"[{each}]" for each in inner]): value}, now=NOW)
        except QueryError:
            reject()

    return term()


OTHERS = {
    "user": [*USERS, "gw*"], "helo": [*HELOS, "app*"], "peer": [*PEERS, "127.0.0.1", "::1", "172.*"], "tls": [*TLS, "tlsv1"],
    "code": [*CODES, "482 910", "4829*"], "link": ["https://", "x.test", "other", "action", "token"],
    "attachment": ["pdf", "*.png", "image/*", "application/pdf", "b*"], "header": ["123", "reset", "*", "a"],
    "html": ["<p>", "href", "reset"], "body": ["your code is", "<a", "x"],
}  # fmt: skip
ASKED = sorted(FIELDS.keys() - {"before", "after", "id"})
QUERIES = st.recursive(
    said(ASKED),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda found: And(tuple(found)))
        | st.lists(inner, max_size=3).map(lambda found: Or(tuple(found)))
        | inner.map(Not)
    ),
    max_leaves=4,
)


@settings(max_examples=200)
@given(query=QUERIES)
def test_predicate_and_sql_agree_on_queries(filled: tuple[Writer, dict[int, Candidate]], query: Query) -> None:
    """However terms are joined and negated: SQL, the list's SQL and the predicate find the same."""
    agree(filled, query)


@pytest.mark.parametrize("name", ASKED)
@settings(max_examples=60)
@given(data=st.data())
def test_predicate_and_sql_agree_on_a_field(
    filled: tuple[Writer, dict[int, Candidate]], name: str, data: st.DataObject
) -> None:
    """Whatever is asked of it, by any of its operators and properties."""
    agree(filled, data.draw(said([name])))


def agree(filled: tuple[Writer, dict[int, Candidate]], query: Query) -> None:
    writer, stored = filled
    matches = predicate(query)
    expected = [seq for seq, each in stored.items() if matches(each)]
    assert sorted(writer.matching(query)) == expected
    shown = [seq for seq in expected if mentions_bin(query) or not stored[seq].binned]
    assert writer.listed(query, "ASC") == shown


@pytest.mark.parametrize("name", ASKED)
def test_each_field_says_something(filled: tuple[Writer, dict[int, Candidate]], name: str) -> None:
    """Of the values that the property test draws, some match some mails and not others: it compares no empty lists."""
    _, stored = filled
    found = 0
    for value in [
        *VALUES.get(name, []),
        *OTHERS.get(name, []),
        *PIECES,
        *[f"{a}@{b}" for a in LOCALS for b in DOMAINS],
    ]:
        try:
            matches = predicate(from_fields({f"{name}[X-Run]" if name == "header" else name: value}, now=NOW))
        except QueryError:
            continue
        found += 0 < sum(map(matches, stored.values())) < len(stored)
    assert found


def test_messages_are_opened_last(writer: Writer) -> None:
    """A field that is kept nowhere is asked of those alone that the other terms leave, whoever leads."""
    for number in range(20):
        raw = f"Subject: common {'rare' if number == 7 else number}\r\nX-Run: {number}\r\n\r\nx".encode()
        envelope = Envelope("", (Recipient("bob@y" if number in (3, 7) else "x@y"),))
        writer.add(compose(Arrival(raw, envelope, "smtp", NOW, read=number % 2 == 0)))
    for text, most in [
        ("header:X-Run=7 rcpt:bob@y", 2), ("header:X-Run=7 rare", 1), ("header:X-Run=7 subject:rare", 1), ("header:X-Run=7 is:unread", 10),
        ("header:X-Run=7 text:x rcpt:bob@y", 2), ("header:X-Run=7 subject[regex]:rare", 1), ("header:X-Run=7 (rare OR tag:x)", 1),
        ("header:X-Run=7 -header:X-Run=8 rcpt:b*@y", 2), ("(header:X-Run=7 OR rcpt:bob@y) rare", 1), ("rcpt:bob@y OR header:X-Run=7", 18),
        ("header:X-Run=7", 20),
    ]:  # fmt: skip
        assert writer.listed(parse(text, now=NOW)), text
        assert writer.functions.opened <= most, text


def test_the_index_is_sound_after_deletes(filled: tuple[Writer, dict[int, Candidate]]) -> None:
    """Each deleted mail's words were given back exactly: FTS5 finds its index whole."""
    writer, stored = filled
    writer.connection.execute("INSERT INTO words (words) VALUES ('integrity-check')")
    for each in stored.values():
        for word in {word for column in each.words for word in column.split()}:
            found = writer.matching(Word((word,), prefix=False))
            assert found <= stored.keys()
            assert any(stored[seq].id == each.id for seq in found)


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[Writer]:
    writer = Writer(tmp_path / "mail.db")
    yield writer
    writer.connection.close()


@pytest.mark.parametrize("order", ["ASC", "DESC"])
@pytest.mark.parametrize(
    "text", ["common", "common -rare", "subject:common", "subject:com is:unread", "is:unread", "", "common OR rare"]
)
def test_a_list_has_its_order(writer: Writer, text: str, order: str) -> None:
    """Whichever table leads, the rows come by seq, either way."""
    for number in range(20):
        raw = f"Subject: common {'rare' if number % 5 == 0 else number}\r\n\r\nx".encode()
        writer.add(compose(Arrival(raw, Envelope("", (Recipient("x@y"),)), "smtp", NOW)))
    found = writer.listed(parse(text, now=NOW), order)
    assert found
    assert found == sorted(found, reverse=order == "DESC")


@pytest.mark.parametrize(
    ("text", "tables"),
    [
        ("common", "words"),
        ("is:unread common", "words"),
        ("(a OR b) -c to:x@y", "words"),
        ("subject:common is:unread", "texts"),
        ("subject:common word", "words"),
        ("common OR is:unread", "messages"),
        ("-common", "messages"),
        ("to:x@y", "addresses"),
        ("rcpt:x@y is:unread", "addresses"),
        ("rcpt:x@y common", "words"),
        ("rcpt:*@y", "messages"),
        ("subject:a tag:nightly", "tags"),
        ("inbox:gw0", "inbox_messages"),
        ("-tag:nightly", "messages"),
    ],
)
def test_who_leads(text: str, tables: str) -> None:
    """The word index leads where words narrow the query, folded text where that must be gone through anyway."""
    assert source(parse(text, now=NOW)).tables.split()[0] == tables


def test_a_list_of_everything() -> None:
    """No query is all there is."""
    assert source(None) == source(All())


@pytest.mark.parametrize(
    "text", ["common", "-common", "rcpt:x@y", "subject:common", "tag:nightly", "inbox:default", "is:unread", ""]
)
def test_a_list_streams(writer: Writer, text: str) -> None:
    """A page of 50 needs no sorting: it ends after its 50 rows."""
    found = source(parse(text, now=NOW))
    for order in ("ASC", "DESC"):
        sql = f"EXPLAIN QUERY PLAN SELECT m.seq FROM {found.tables} WHERE {found.where} ORDER BY {found.seq} {order} LIMIT 50"
        plan = [row[3] for row in writer.connection.execute(sql, found.parameters)]
        assert not [step for step in plan if "TEMP B-TREE" in step]


@pytest.mark.parametrize("origin", ["smtp", "append"])
@pytest.mark.parametrize("text", ["common", "-rare", "rcpt:x@y", "subject:common", "is:unread", ""])
def test_what_a_list_leaves_out(writer: Writer, text: str, origin: Origin) -> None:
    """Appended mail is never listed; binned mail is, when the query mentions the Bin."""
    raw, envelope = b"Subject: common\r\n\r\nx", Envelope("", (Recipient("x@y"),))
    shown, binned = [
        writer.add(compose(Arrival(raw, envelope, origin, NOW, binned=binned))) for binned in (False, True)
    ]
    if origin == "append":
        shown = binned = 0
    assert writer.listed(parse(text, now=NOW)) == ([shown] if shown else [])
    assert writer.listed(parse(f"{text} is:binned", now=NOW)) == ([binned] if binned else [])


def test_words_are_one_question_to_the_index() -> None:
    """Several words do not become several lists of a hundred thousand rows to be compared."""
    sql, parameters = compile(parse("a (b OR c d) -e -h is:read (f OR -g)", now=NOW))
    assert sql.count("MATCH") == 3
    assert parameters[-1] == '((("c"* AND "d"*) OR "b"*) AND "a"*) NOT ("e"* OR "h"*)'


@pytest.mark.parametrize(
    ("text", "index"),
    [
        ("is:unread", "messages_listed"),
        ("to:bob@x.test", "PRIMARY KEY (key=?)"),
        ("to:@x.test", "domains_domain (domain=?)"),
        ("to:bob*", "PRIMARY KEY (key>? AND key<?)"),
        ("tag:nightly", "PRIMARY KEY (tag=?)"),
        ("message-id:1@x", "messages_message_id"),
        ("id:01K9ZJ8Q2M3N4P5R6S7T8V9WXY", "(id=?)"),
        ("inbox:default", "PRIMARY KEY (inbox=?)"),
    ],
)
def test_an_index_answers(writer: Writer, text: str, index: str) -> None:
    """Nothing that has an index is looked for row by row."""
    where, parameters = compile(parse(text, now=NOW))
    rows = writer.connection.execute(
        "EXPLAIN QUERY PLAN SELECT count(*) FROM messages m"
        f" WHERE m.binned_at IS NULL AND m.origin <> 'append' AND {where}",
        parameters,
    )
    plan = "\n".join([row[3] for row in rows])
    assert index in plan


@pytest.mark.parametrize(
    "text",
    [
        "a " * MOST_TERMS,
        " OR ".join(["subject:a"] * MOST_TERMS),
        " ".join(["-a"] * MOST_TERMS),
        " OR ".join(["(a -b)"] * (MOST_TERMS // 2)),
        "(" * 50 + "a" + ")" * 50,
        "(a OR -" * 25 + "b" + ")" * 25,
        "-" * 50 + "subject:a",
        "(subject:a OR -" * 25 + "subject:b" + ")" * 25,
        "(to:a@y (subject:a OR " * 25 + "a" + "))" * 25,
        "((subject:a OR is:read) -(to:a@y " * 16 + "a" + "))" * 16,
        " ".join(["header:a=1"] * MOST_TERMS),
        " OR ".join(["-link[text][regex]:a"] * 150),
        "-" * 50 + "header:a=1",
        "(header:a=1 OR -" * 25 + "header:b=1" + ")" * 25,
        "(to:a@y (header:a OR " * 25 + "a" + "))" * 25,
        "((header[a][regex]:b OR is:read) -(to:a@y " * 16 + "subject[regex]:a" + "))" * 16,
        "密" * LONGEST,
        "a" * LONGEST,
        '"' + "a " * (LONGEST // 2 - 1) + '"',
        "to:" + "*a" * ((LONGEST - 3) // 2),
        "subject:" + "'" * (LONGEST - 8),
    ],
    ids=lambda text: f"{text[:12]}…",
)
def test_the_largest_queries_run(writer: Writer, text: str) -> None:
    """Whatever the grammar allows, SQLite's limits on expressions and FTS5's on phrases allow too."""
    writer.add(
        compose(
            Arrival(b"Subject: a\r\n\r\na " + b"a" * 5_000, Envelope("", (Recipient("a" * 2_000 + "@y"),)), "smtp", NOW)
        )
    )
    query = parse(text, now=NOW)
    assert set(writer.listed(query)) == writer.matching(query)


def test_a_term_that_nobody_knows_is_an_error() -> None:
    """It is never silently false."""
    with pytest.raises(QueryError, match="Nobody knows"):
        compile(And((All(), Not(Term("header", "gt", "x", "x-run")))))


def test_the_bin_is_asked_for() -> None:
    """Whoever lists learns from here whether to leave it out."""
    assert mentions_bin(parse("a OR -is:binned", now=NOW))
    assert not mentions_bin(parse('"is:binned"', now=NOW))


def test_joins_of_nothing(writer: Writer) -> None:
    """All of nothing holds, one of nothing does not."""
    seq = writer.add(compose(Arrival(b"\r\nx", Envelope("", (Recipient("x@y"),)), "smtp", NOW)))
    assert [writer.matching(query) for query in (And(()), Or(()), Not(Or(())), And((Or(()), All())))] == [
        {seq},
        set(),
        {seq},
        set(),
    ]
    assert writer.listed(And((Term("subject", "contains", "x"), And((Or(()), All()))))) == []
    assert writer.listed(Or((Or(()), All()))) == [seq]


def test_the_connection_is_sqlite(writer: Writer) -> None:
    """The judge of these tests is the real engine, with the schema that is shipped."""
    assert isinstance(writer.connection, sqlite3.Connection)
    assert writer.connection.execute("PRAGMA user_version").fetchone()[0] >= 1
