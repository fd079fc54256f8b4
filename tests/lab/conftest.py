"""The lab's own session: `pytest -m lab`. Its process goes into a private network, and so nothing else may run in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab import namespace
from tests.lab.certificates import Certificates
from tests.lab.dns import ScriptedDns
from tests.lab.postfix import RECEIVER_CERTIFICATES, RECEIVERS, Postfix, receiver, sender
from tests.lab.scenarios import ALL, US, Staging, domain_of
from tests.support.needs import missing

HERE = Path(__file__).parent
ALIASES = {"team@post.test": "back@mailcatch.test", "gone@post.test": "nobody@dead.test"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is here, so that the plain run leaves it out."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker("lab")


@pytest.fixture(scope="session")
def entered(request: pytest.FixtureRequest) -> namespace.Entered:
    """Go into the network, once and for good."""
    strangers = [item.nodeid for item in request.session.items if HERE not in item.path.parents]
    if strangers:
        missing(f"the lab takes the network away from {strangers[0]}: run it alone, with `pytest -m lab`")
    return namespace.enter()


@pytest.fixture(scope="session")
def dns(entered: namespace.Entered) -> Iterator[ScriptedDns]:
    """Answer the whole lab's questions."""
    with ScriptedDns() as server:
        server.add(f"post.test. MX 10 p1.post.test.\np1.post.test. A {RECEIVERS[0]}")
        server.add(f"mailcatch.test. MX 10 us.mailcatch.test.\nus.mailcatch.test. A {US}")
        server.add("home.test. MX 10 us.mailcatch.test.")
        yield server


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """Make the lab's certificates."""
    folder = Path("/tmp") / tmp_path_factory.mktemp("certificates").relative_to("/tmp")
    return Certificates(folder)


@pytest.fixture(scope="session")
def staging(dns: ScriptedDns, certificates: Certificates) -> Staging:
    """Set up scenarios."""
    return Staging(dns, certificates)


@pytest.fixture(scope="session")
def receiving(entered: namespace.Entered, dns: ScriptedDns, certificates: Certificates) -> Iterator[Postfix]:
    """Run the Postfix that receives."""
    if not entered.as_root:
        missing("Postfix needs root")
    chains = {
        address: certificates.chain(kind, f"p{number}.{domain_of(f'Postfix, {kind} certificate')}")
        for number, (address, kind) in enumerate(zip(RECEIVERS[1:], RECEIVER_CERTIFICATES, strict=True), start=2)
    }
    domains = ["post.test", *(domain_of(each.name) for each in ALL if each.name.startswith("Postfix"))]
    with receiver(domains, ALIASES, chains) as running:
        yield running


@pytest.fixture(scope="session")
def oracle(entered: namespace.Entered, dns: ScriptedDns) -> Iterator[Postfix]:
    """Run the Postfix that sends."""
    if not entered.as_root:
        missing("Postfix needs root")
    with sender([US]) as running:
        yield running
