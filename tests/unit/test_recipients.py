"""Which recipients are taken: users, domains, and every spelling of both."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailcatch.config import RecipientsSection
from mailcatch.errors import ConfigError, Rejected
from mailcatch.recipients import Placed, Recipients, domain_key, parts_of

HERE = "192.0.2.1:1025"
LIST = 'bob@shop.example,ann@büro.example,"odd one"@shop.example,team+x@shop.example,lit@[192.0.2.9]'


def placed(recipients: Recipients, address: str, listener: str = HERE) -> str:
    """Tell what becomes of a recipient: its route, or the refusal's codes."""
    assert recipients.place is not None
    try:
        return recipients.place(address, "app@x.example", listener).route
    except Rejected as refusal:
        return f"{refusal.code} {refusal.enhanced}"


def test_by_default_everyone_is_taken():
    """And there is nothing to ask."""
    assert Recipients(RecipientsSection()).place is None


@pytest.mark.parametrize(
    ("address", "outcome"),
    [
        ("bob@shop.example", "local"),
        ("BOB@Shop.EXAMPLE", "local"),
        ("bob@shop.example.", "local"),
        ('"bob"@shop.example', "local"),
        ("bob+any+tag@shop.example", "local"),
        ("joe@shop.example", "550 5.1.1"),
        ("bobby@shop.example", "550 5.1.1"),
        ("+bob@shop.example", "550 5.1.1"),
        ("bob%other.example@shop.example", "550 5.1.1"),
        ("ann@BÜRO.example", "local"),
        ("ann@xn--bro-hoa.example", "local"),
        ("ann@xn--BRO-hoa.example", "local"),
        ('"odd one"@shop.example', "local"),
        ("team+x@shop.example", "local"),
        ("team@shop.example", "550 5.1.1"),
        ("postmaster@shop.example", "local"),
        ("Postmaster", "local"),
        ("bob", "local"),
        ("joe", "550 5.1.1"),
        ("bob@[192.0.2.1]", "local"),
        ("bob@[IPv6:::ffff:192.0.2.1]", "local"),
        ("joe@[192.0.2.1]", "550 5.1.1"),
        ("bob@[192.0.2.2]", "550 5.7.1"),
        ("lit@[192.0.2.9]", "local"),
        ("bob@other.example", "550 5.7.1"),
        ("bob@sub.shop.example", "550 5.7.1"),
        ("bob@xshop.example", "550 5.7.1"),
        ("postmaster@other.example", "550 5.7.1"),
    ],
)
def test_users_alone(address: str, outcome: str):
    """The domains of the users are the local ones."""
    assert placed(Recipients(RecipientsSection(LIST)), address) == outcome


@pytest.mark.parametrize(
    ("address", "outcome"),
    [
        ("any@shop.example", "local"),
        ("any@sub.shop.example", "550 5.7.1"),
        ("any@ring.example", "local"),
        ("any@a.b.ring.example", "local"),
        ("any@bring.example", "550 5.7.1"),
        ("any@[2001:db8::1]", "local"),
        ("any@[IPv6:2001:DB8:0::1]", "local"),
        ("any@[192.0.2.1]", "local"),
        ("any@[nonsense]", "550 5.7.1"),
        ("any", "local"),
    ],
)
def test_domains_alone(address: str, outcome: str):
    """Any user of a local domain; a leading dot takes what is below too."""
    section = RecipientsSection(domains=("SHOP.example", ".ring.example", "[IPv6:2001:db8::1]"))
    assert placed(Recipients(section), address) == outcome


def test_local_domains_are_told():
    """For a relay, which never takes their mail: those given, else those of the users."""
    assert Recipients(RecipientsSection()).domains == frozenset()
    assert Recipients(RecipientsSection("bob@Büro.example")).domains == {"xn--bro-hoa.example"}
    given = RecipientsSection("bob@a.ring.example", (".Ring.example", "[192.0.2.1]"))
    assert Recipients(given).domains == {".ring.example", "[192.0.2.1]"}


def test_an_address_of_ours_is_the_one_that_was_connected_to():
    """`user@[address]` is local where the client came in (RFC 5321 §2.3.4)."""
    recipients = Recipients(RecipientsSection("bob@shop.example"))
    assert placed(recipients, "bob@[IPv6:::1]", "[::1]:1025") == "local"
    assert placed(recipients, "bob@[127.0.0.1]", "[::1]:1025") == "550 5.7.1"


def test_the_reason_is_in_the_reply():
    """It is what the session's page and an explanation show."""
    recipients = Recipients(RecipientsSection("bob@shop.example"))
    assert recipients.place is not None
    with pytest.raises(Rejected, match=r"<joe@shop.example>: no such user here \(--users\)"):
        recipients.place("joe@shop.example", "", HERE)
    with pytest.raises(Rejected, match=r"<joe@x.example>: x.example is no local domain here, and relay is off"):
        recipients.place("joe@x.example", "", HERE)


class Policy:
    """A relay that takes one domain, lets another wait for a release, and blocks the rest."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    def __call__(self, sender: str, address: str) -> Placed:
        self.asked.append((sender, address))
        domain = address.rpartition("@")[2]
        known = {"go.example": Placed("relay", "allow go.example"), "wait.example": Placed("none", "manual")}
        return known.get(domain, Placed("blocked", "no allow rule fits"))


def test_relay_is_asked_about_other_domains_only():
    """Local domains are never relayed; what relay takes or lets wait is taken, what it blocks is refused."""
    policy = Policy()
    recipients = Recipients(
        RecipientsSection("bob@go.example,bob@shop.example", (".shop.example", "go.example")), policy
    )
    outcomes = [placed(recipients, f"bob@{name}.example") for name in ("go", "shop", "a.shop", "wait", "else")]
    assert outcomes == ["local", "local", "550 5.1.1", "none", "550 5.7.1"]
    assert policy.asked == [("app@x.example", "bob@wait.example"), ("app@x.example", "bob@else.example")]
    with pytest.raises(Rejected, match="no allow rule fits"):
        recipients.place("bob@else.example", "", HERE)  # type: ignore[misc] # it checks


def test_relay_without_checks_refuses_nobody():
    """A sink takes everything; the decision is kept with the envelope."""
    recipients = Recipients(RecipientsSection(), Policy())
    assert [placed(recipients, f"bob@{name}.example") for name in ("go", "wait", "else")] == [
        "relay",
        "none",
        "blocked",
    ]


# The file


def test_the_file(tmp_path: Path):
    """One address a line; comments, blank lines, a byte order mark and CRLF."""
    path = tmp_path / "users"
    path.write_text("\ufeff# who is here\r\n\r\nbob@shop.example\r\n  ann@shop.example  # since May\n", "utf-8")
    recipients = Recipients(RecipientsSection(path))
    assert [placed(recipients, f"{name}@shop.example") for name in ("bob", "ann", "joe")] == [
        "local", "local", "550 5.1.1",
    ]  # fmt: skip


def test_reading_again(tmp_path: Path):
    """A door that has asked for `place` sees the new users; a broken file changes nothing."""
    path = tmp_path / "users"
    path.write_text("bob@shop.example\n")
    recipients = Recipients(RecipientsSection(path))
    place = recipients.place
    path.write_text("ann@shop.example\n")
    recipients.reload()
    assert place is not None and place("ann@shop.example", "", HERE) == Placed("local", "local domain shop.example")
    path.write_text("nonsense\n")
    with pytest.raises(ConfigError):
        recipients.reload()
    assert placed(recipients, "ann@shop.example") == "local"
    assert placed(recipients, "bob@shop.example") == "550 5.1.1"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "names no user"),
        ("# nobody\n", "names no user"),
        ("bob@shop.example\nbob\n", "line 2: it must be one address"),
        ("\n\nbob@\n", "line 3: it must be one address"),
        ("@shop.example", "line 1: it must be one address"),
        ("bob@shop.example, ann@shop.example", "line 1: it must be one address"),
        ("Bob <bob@shop.example>", "line 1: it must be one address"),
        ("bob\x01@shop.example", "line 1: it must be one address"),
        ("bob@other.example", "line 1: other.example is of no --local-domain"),
    ],
)
def test_what_is_wrong_with_a_file(tmp_path: Path, content: str, reason: str):
    """Its line is named."""
    path = tmp_path / "users"
    path.write_text(content)
    with pytest.raises(ConfigError, match=f"--users: .*{reason}"):
        Recipients(RecipientsSection(path, (".shop.example",)))


def test_a_file_that_cannot_be_read(tmp_path: Path):
    """It is missing, or no text."""
    (tmp_path / "binary").write_bytes(b"\xff\xfe\xff")
    for name, reason in (("missing", "No such file"), ("binary", "no UTF-8")):
        with pytest.raises(ConfigError, match=f"{name} cannot be read: .*{reason}"):
            Recipients(RecipientsSection(tmp_path / name))


@pytest.mark.parametrize(
    ("given_", "key"),
    [
        ("SHOP.Example.", "shop.example"),
        (".Büro.example", ".xn--bro-hoa.example"),
        ("[IPv6:2001:DB8::0:1]", "[2001:db8::1]"),
        ("[::1]", "[::1]"),
        ("[odd]", "[odd]"),
    ],
)
def test_domains_have_one_spelling(given_: str, key: str):
    """Case, final dots, U-labels, and the many ways to write an address."""
    assert domain_key(given_) == key


@given(st.text(max_size=40))
def test_anything_is_placed_or_refused(address: str):
    """Nothing but Rejected comes out, whatever the client says; and comparing is stable."""
    outcome = placed(Recipients(RecipientsSection("bob@shop.example")), address)
    assert outcome in {"local", "550 5.1.1", "550 5.7.1"}
    key, domain = parts_of(address)
    assert not domain or key.endswith(f"@{domain}")
