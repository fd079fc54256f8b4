"""`python -m tests.schema [--st PATH] [-n EXAMPLES]`: generated requests to every operation of the OpenAPI document.

Each answer must be of a documented status, content type and shape, and none a server's error. Exit 1 otherwise. Streams
are left out, for they never end; the contract tests read them.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

from tests.bench.letters import letters
from tests.support.sink import sink
from tests.support.wire import Wire

CHECKS = (
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance",
)  # fmt: skip
STREAMS = "/v1/(events|live)$"
HOOKS = "tests.schema.hooks"
ROOT = Path(__file__).parents[2]


def main() -> int:
    """Fill a server with some mail, and let schemathesis loose on it."""
    parser = argparse.ArgumentParser(prog="python -m tests.schema", description=__doc__)
    parser.add_argument("--st", default="st", help="schemathesis' command, of an environment of its own")
    parser.add_argument("-n", "--examples", default="50", help="of each operation")
    parser.add_argument("--seed", default="1", help="of what is generated")
    asked = parser.parse_args()
    with sink() as running:
        with Wire(running.smtp) as wire:
            for letter in letters(20):
                wire.send(letter)
        words = [
            asked.st, "run", f"{running.url}/v1/openapi.json", "--phases", "examples,coverage,fuzzing", "--checks",
            ",".join(CHECKS), "--max-examples", asked.examples, "--exclude-path-regex", STREAMS,
            "--continue-on-failure", "--warnings", "off", "--seed", asked.seed,
        ]  # fmt: skip
        environment = {**os.environ, "SCHEMATHESIS_HOOKS": HOOKS, "PYTHONPATH": str(ROOT)}
        code = subprocess.run(words, env=environment, check=False, cwd=ROOT).returncode
        if "Traceback" in running.log:
            print(running.log, file=sys.stderr)
            return 1
    return code


if __name__ == "__main__":
    sys.exit(main())
