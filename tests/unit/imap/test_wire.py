"""What a transcript keeps of a dialogue, and how responses leave."""

from tests.support.imap import Running, running


def transcript_of(door: Running) -> list[str]:
    """Wait until a session has ended, and return its lines."""
    while not (ended := [each for each in door.store.sessions().sessions if each.outcome and each.protocol == "IMAP"]):
        door.bus.wait(door.bus.seq, 0.2)
    session, _ = door.store.session(ended[0].id)
    return [f"{line.direction} {line.line}" for line in session.transcript or ()]


def test_passwords_are_masked():
    """In LOGIN and in AUTHENTICATE's lines; the user is kept."""
    with running() as door:
        client = door.client(user=None)
        client.ask("AUTHENTICATE PLAIN", b"AGEAc2VjcmV0")
        client.ask("LOGOUT")
        client = door.client(user=None)
        client.ask("LOGIN ann hush")
        lines = "\n".join(transcript_of(door))
        assert "AGEAc2VjcmV0" not in lines and "hush" not in lines
        assert "C (masked)" in lines and "S * BYE" in lines


def test_long_answers_are_cut_short():
    """The first line of a response, the first responses of many."""
    with running() as door:
        for _ in range(10):
            door.deliver()
        client = door.client()
        client.ask("FETCH 1:* (UID FLAGS)")
        client.ask("FETCH 1 BODY.PEEK[]")
        client.ask("LOGOUT")
        lines = transcript_of(door)
        assert "* … 7 more responses …" in lines
        assert any(line.startswith("S * 1 FETCH (BODY[] {25} … ") for line in lines)


def test_what_is_said_in_one_breath_leaves_in_one_packet():
    """A client does not wait for the second half."""
    with running() as door:
        client = door.client(user=None)
        client.send(b"a CAPABILITY\r\n")
        assert client.sock.recv(65536).count(b"\r\n") == 2
