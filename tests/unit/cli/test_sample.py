"""The sample: a mail that has something of everything."""

from email.parser import BytesParser
from email.policy import SMTP

from mailcatch.cli.sample import sample


def test_it_has_all_that_an_inbox_shows():
    """Text in three scripts, HTML with an inline picture and a remote one, an attachment."""
    message = BytesParser(policy=SMTP).parsebytes(sample("a@x.test", ["b@x.test", "c@x.test"]))
    kinds = [part.get_content_type() for part in message.walk() if not part.is_multipart()]
    assert kinds == ["text/plain", "text/html", "image/png", "text/csv"]
    assert (message["From"], message["To"]) == ("mailcatch <a@x.test>", "b@x.test, c@x.test")
    text = message.get_body(("plain",)).get_content()
    assert all(word in text for word in ("Grüße", "你好", "مرحبا"))
    html = message.get_body(("html",)).get_content()
    picture = next(part for part in message.walk() if part.get_content_type() == "image/png")
    assert f"cid:{picture['Content-ID'].strip('<>')}" in html
    assert picture.get_content().startswith(b"\x89PNG")


def test_two_samples_differ():
    """Each has its own Message-ID."""
    assert sample("a@x.test", ["b@x.test"]) != sample("a@x.test", ["b@x.test"])
