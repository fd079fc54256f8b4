"""How a failure is told."""

import click
import pytest

from mailcatch.cli.errors import Ambiguous
from mailcatch.cli.failing import annotated, annotation, on_github, tell


def test_a_block_on_stderr(capsys: pytest.CaptureFixture[str]):
    """Lines stay lines; what could move the cursor goes."""
    tell("Title", "one\n two\x1b[2J\n")
    assert capsys.readouterr() == ("", "one\n two[2J\n")


def test_an_annotation_is_one_line_with_everything_escaped():
    """As the runner reads it: % first, line ends, and in properties colon and comma."""
    text = annotation("50%: a,b\nc", "100%\r\n::error::x\n", "dir/a,b:c.yaml")
    assert text == "::error title=50%25%3A a%2Cb c,file=dir/a%2Cb%3Ac.yaml::100%25%0A::error::x"


def test_on_github_it_is_an_annotation(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    """Only if the variable says true."""
    monkeypatch.setenv("GITHUB_ACTIONS", "false")
    assert not on_github()
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    tell("T", "a\nb")
    assert capsys.readouterr().err == "::error title=T::a%0Ab\n"


def test_an_error_keeps_its_exit_code(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    """Elsewhere it goes on as it is; on GitHub it has been told."""
    with pytest.raises(Ambiguous), annotated("T"):
        raise Ambiguous("two")
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    with pytest.raises(click.exceptions.Exit) as ended, annotated("T"):
        raise Ambiguous("two")
    assert (ended.value.exit_code, capsys.readouterr().err) == (5, "::error title=T::two\n")
