"""The reader of the Dockerfile, and what ours must say. The replay itself is a command of its own."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from tests.image.dockerfile import command, context, environment, ignored, instructions, stages

ROOT = Path(__file__).parents[2]
OURS = stages(ROOT.joinpath("Dockerfile").read_text("utf-8"))
RULES = [line for line in ROOT.joinpath(".dockerignore").read_text("utf-8").splitlines() if not line.startswith("#")]


def test_the_image_does_not_run_as_root() -> None:
    """The last stage ends as a user with a number that is not 0."""
    assert int(OURS[-1].last("USER").split(":")[0]) > 0


def test_the_image_asks_itself_whether_it_is_ready() -> None:
    """Entry point and health check are the command, in the form that needs no shell."""
    assert command(OURS[-1].last("ENTRYPOINT")) == ["mailcatch"]
    assert command(OURS[-1].last("HEALTHCHECK")) == ["mailcatch", "ready"]


def test_the_image_listens_outside_and_keeps_its_mail_in_the_volume() -> None:
    """Its environment names the host and the database in the volume."""
    env = environment(OURS[-1].last("ENV"))
    assert env["MAILCATCH_HOST"] == "any"
    assert PurePosixPath(env["MAILCATCH_DATABASE"]).parent.as_posix() == OURS[-1].last("VOLUME")


@pytest.mark.parametrize(
    ("path", "out"),
    [
        ("pyproject.toml", False),
        ("mailcatch/store/api.py", False),
        ("web/src/main.tsx", False),
        ("web/node_modules/preact/package.json", True),
        ("mailcatch/static/dist/index.html", True),
        ("mailcatch/__pycache__/model.pyc", True),
        ("tests/unit/test_tree.py", True),
        (".git/config", True),
        ("mailcatch.db", True),
    ],
)
def test_the_context_holds_what_the_build_reads_and_nothing_else(path: str, out: bool) -> None:
    """Sources go in; repositories, tests, mail and what a build made stay out."""
    assert ignored(PurePosixPath(path), RULES) is out


def test_the_context_has_all_that_the_package_is_made_of() -> None:
    """Every file that pyproject.toml names is in the context."""
    found = {path.as_posix() for path in context(ROOT, "\n".join(RULES))}
    assert {"pyproject.toml", "README.md", "LICENSE", "web/package-lock.json", "mailcatch/py.typed"} <= found


def test_a_rule_lets_a_part_of_a_folder_in(tmp_path: Path) -> None:
    """Folders that stay out are not entered, unless something in them stays in."""
    for name in ("out/a", "in/a", "in/b/c", "in/b/d"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert [path.as_posix() for path in context(tmp_path, "*\n!in/b\nin/b/d")] == ["in/b/c"]


def test_continued_lines_and_comments_are_read_as_an_engine_does() -> None:
    """A comment inside a continued line is left out, the rest is one instruction."""
    (only,) = instructions("RUN a \\\n# why\n && b\n")
    assert (only.name, only.rest.split()) == ("RUN", ["a", "&&", "b"])


def test_an_unknown_instruction_is_refused() -> None:
    """The replay does not guess."""
    with pytest.raises(ValueError, match="ONBUILD"):
        list(instructions("ONBUILD RUN a"))
