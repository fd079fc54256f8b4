"""New jobs, by the policy's word."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from mailcatch.errors import Conflict
from mailcatch.model import Envelope, Message, Part, Recipient
from mailcatch.relay.jobs import automatic, released
from mailcatch.relay.policy import Policy, read_rule
from mailcatch.relay.schedule import DEV
from tests.contract.conftest import message

POLICY = Policy(enabled=True, allow=(read_rule("@far.test"),), deny=(read_rule("spam@far.test"),))
NOW = 1_800_000_000_000


def stored(*recipients: Recipient, origin: str = "smtp") -> Message:
    new = message()
    envelope = Envelope("app@home.test", recipients, {"RET": "HDRS", "ENVID": "abc"})
    root = Part("", "text/plain", None, "7bit", None, None, None, 0, 0, 0, 0, 0)
    return Message(new.summary, origin, envelope, new.sha256, root)  # type: ignore[arg-type]


def addresses(*to: str, policy: Policy = POLICY, most: int = 10) -> list[str]:
    return [each.address for each in released(stored(), to, policy, DEV, most, NOW, "tester").recipients]


def test_a_release():
    """Each address once, with what the sender asked for."""
    ann = Recipient("Ann@far.test", {"NOTIFY": "NEVER", "ORCPT": "rfc822;ann@old.test"})
    job = released(stored(ann), ["ann@FAR.test", "ann@far.test"], POLICY, DEV, 10, NOW, "tester")
    (recipient,) = job.recipients
    assert (recipient.address, recipient.domain, recipient.notify, recipient.orcpt) == (
        "ann@FAR.test", "far.test", "NEVER", "rfc822;ann@old.test"
    )  # fmt: skip
    assert (job.sender, job.source, job.rule, job.ret, job.envid, job.actor) == (
        "app@home.test", "release", "relay.allow @far.test", "HDRS", "abc", "tester"
    )  # fmt: skip
    assert job.expires_at == NOW + DEV.expire


@pytest.mark.parametrize(
    ("to", "policy", "most", "said"),
    [
        (["ann@far.test"], replace(POLICY, enabled=False), 10, "relay.enabled is off"),
        (["ann@other.test"], POLICY, 10, "no rule of relay.allow matches"),
        (["ann@far.test", "spam@far.test"], POLICY, 10, "relay.deny spam@far.test"),
        (["ann@far.test"], replace(POLICY, redirect_to="dev@other.test"), 10, "<dev@other.test>.*no rule"),
        (["ann@far.test"], replace(POLICY, local_domains=frozenset({"far.test"})), 10, "local-domain far.test"),
        (["ann@far.test", "bob@far.test"], POLICY, 1, "relay.limits rcpts is 1"),
        (["nonsense"], POLICY, 10, "not an address"),
    ],
)
def test_what_is_refused(to: list[str], policy: Policy, most: int, said: str):
    """One address that is not allowed refuses all, with the rule's name."""
    with pytest.raises(Conflict, match=said):
        addresses(*to, policy=policy, most=most)


def test_redirection():
    """All go to one address; the one that was asked for is kept, for the report too."""
    policy = replace(POLICY, redirect_to="dev@far.test")
    job = released(stored(), ["a@x.test", "b@x.test"], policy, DEV, 10, NOW, "tester")
    (recipient,) = job.recipients
    assert (recipient.address, recipient.original, recipient.orcpt) == ("dev@far.test", "a@x.test", "rfc822;a@x.test")


def test_by_itself_goes_what_is_allowed():
    """The others stay; too many are held."""
    mail = stored(Recipient("ann@far.test"), Recipient("eve@other.test"), Recipient("spam@far.test"))
    job = automatic(mail, POLICY, DEV, 10, NOW)
    assert job is not None
    assert [(each.address, each.state) for each in job.recipients] == [("ann@far.test", "queued")]
    assert (job.source, job.actor) == ("auto", "auto")
    many = automatic(stored(Recipient("ann@far.test"), Recipient("bob@far.test")), POLICY, DEV, 1, NOW)
    assert many is not None
    assert {each.state for each in many.recipients} == {"held"}
    assert automatic(stored(Recipient("eve@other.test")), POLICY, DEV, 10, NOW) is None


@pytest.mark.parametrize("origin", ["append", "bounce", "import"])
def test_what_never_goes_by_itself(origin: str):
    """Appended and imported mail, and reports made here."""
    assert automatic(stored(Recipient("ann@far.test"), origin=origin), POLICY, DEV, 10, NOW) is None
