"""BODY out of BODYSTRUCTURE."""

import pytest

from mailcatch.imap.structures import without_extensions
from mailcatch.mime.shape import shape_of

TEXT = b'("text" "plain" ("charset" "utf-8") NIL NIL "7bit" 5 1'


@pytest.mark.parametrize(
    ("full", "plain"),
    [
        (TEXT + b" NIL NIL NIL NIL)", TEXT + b")"),
        (
            b'("image" "png" NIL NIL NIL "base64" 9 NIL ("attachment" NIL) NIL NIL)',
            b'("image" "png" NIL NIL NIL "base64" 9)',
        ),
        (
            b"(" + TEXT + b" NIL NIL NIL NIL)" + TEXT + b' NIL) "mixed" ("boundary" "x") NIL NIL NIL)',
            b"(" + TEXT + b")" + TEXT + b') "mixed")',
        ),
        (
            b'("message" "rfc822" NIL NIL NIL "7bit" 99 (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL) '
            + TEXT
            + b" NIL) 7 NIL NIL)",
            b'("message" "rfc822" NIL NIL NIL "7bit" 99 (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL) ' + TEXT + b") 7)",
        ),
        (b'("a\\")" "b" NIL {3}\r\n(") NIL "7bit" 1 NIL)', b'("a\\")" "b" NIL {3}\r\n(") NIL "7bit" 1)'),
    ],
)
def test_extension_data_goes(full: bytes, plain: bytes):
    """At each level, whatever strings and literals contain."""
    assert without_extensions(full) == plain


@pytest.mark.parametrize("broken", [b"", b"(", b'("text', b"{9}\r\n"])
def test_what_cannot_be_read_stays(broken: bytes):
    """The store never makes such, but a FETCH must not fail for it."""
    assert without_extensions(broken) == broken


def test_a_mail_nested_deeply_takes_no_stack():
    """Fifty multiparts in each other."""
    raw = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(50))
    _, structure = shape_of(raw + b"\r\nx")
    assert without_extensions(structure).startswith(b"(" * 20)
