"""The relay as a part of the process."""

from __future__ import annotations

import subprocess
import sys

import pytest

from mailcatch.relay.door import place
from mailcatch.relay.policy import Policy, read_rule

POLICY = Policy(enabled=True, allow=(read_rule("@far.test"),))


@pytest.mark.parametrize(("mode", "way"), [("auto", "relay"), ("manual", "none")])
def test_what_the_smtp_door_is_told(mode: str, way: str):
    """What is allowed goes by itself in auto mode, else when somebody releases it; the rest is blocked."""
    placing = place(POLICY, mode)
    assert placing("app@home.test", "ann@far.test").route == way
    assert placing("app@home.test", "ann@other.test").route == "blocked"


def test_off_nothing_that_asks_the_dns_is_even_imported():
    """A process whose relay is off knows no resolver, no attempt and no worker."""
    program = """
import asyncio, sys
from mailcatch.app import serving
from mailcatch.config import config_of
from mailcatch.kinds import Bind

async def main():
    free = (Bind(None, 0),)
    async with serving(config_of({"smtp": free, "http": free, "pop3": free, "imap": free})):
        print(sorted(name for name in sys.modules
                     if name == "dns" or name.startswith(("dns.", "mailcatch.relay.")) ))

asyncio.run(main())
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert not {"dns", "resolver", "attempt", "worker", "lookup"} & set(
        done.stdout.replace("mailcatch.relay.", "").split("'")
    )
