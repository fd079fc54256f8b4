"""`mailcatch sendmail`: the same program."""

from tests.unit.cli.conftest import Command


def test_its_options_are_sendmails(command: Command, url: str):
    """None of them is taken for one of ours, and the exit codes are sysexits'."""
    sent = command("sendmail", "-t", "-i", "-f", "app@x.test", stdin=b"To: bob@x.test\nSubject: by command\n\nhi\n")
    assert (sent.code, sent.out, sent.err) == (0, "", "")
    assert "by command" in command("ls").out
    assert command("sendmail", "-Y").code == 64
    assert command("sendmail", "--help").out.startswith("usage: ")
