"""`mailcatch route`: where mail for an address would go."""

from __future__ import annotations

import json

import click

from mailcatch.cli.relaying import PATIENCE, post, print_events
from mailcatch.cli.server import Place, finds_server
from mailcatch.cli.terminal import line, write


@click.command("route")
@click.argument("address")
@click.option("--json", "as_json", is_flag=True, help="the API's own answer")
@finds_server
def command(place: Place, /, *, address: str, as_json: bool) -> None:
    """Say where mail for ADDRESS would go: the rule and the DNS, without a connection."""
    server = place.server(timeout=PATIENCE)
    value = post(server, "/v1/relay/route", {"address": address})
    if as_json:
        write(json.dumps(value, indent=2) + "\n")
        return
    decision = value["decision"]
    write(line(f"{decision['address']}: {decision['way']} ({decision['rule']})") + "\n")
    for host in value["hosts"]:
        addresses = [
            f"{each['address']}:{each['port']}{' GUARDED' if each['guarded'] else ''}" for each in host["addresses"]
        ]
        write(line(f"  {host['preference']:5} {host['name']} {' '.join(addresses)} {' '.join(host['flags'])}") + "\n")
    if value["problem"] and decision["way"] == "relay":
        write(line(f"  {value['code']} {value['enhanced']} {value['problem']}") + "\n")
    print_events(value)
