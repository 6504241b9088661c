"""``python -m gatepost``: judges one access token, shows what is in one or in a key set, and looks
at a running server.

Each command prints one JSON object and ends with 0 if the token was accepted (or shown, or nothing
is wrong), 1 if it was refused (or something is), 2 if it was called wrongly. Explanations go to
standard error. Where a terminal is attached, all of it is printed for people instead.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence

from gatepost import GatepostError, PolicyError, _check, _keys, _tokens
from gatepost._terminal import Row, print_rows


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    try:
        status = _run(argv)
        sys.stdout.flush()
        return status
    except BrokenPipeError:
        # Nobody reads on, as behind `head`: nor is there anything to flush at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        return 130


def _run(argv: Sequence[str] | None) -> int:
    parser = _parser()
    arguments = parser.parse_args(argv)
    command: Callable[[argparse.Namespace], int] = arguments.command
    try:
        return command(arguments)
    except PolicyError as error:
        parser.error(str(error))
    except GatepostError as error:
        if sys.stdout.isatty():
            line = f"{error.reason} ({error.number}): {error}"
            print_rows("", [Row("refused", "bold red", [line])])
        else:
            print(f"{parser.prog}: {error}", file=sys.stderr)
            print(json.dumps({"ok": False, "reason": error.reason, "number": error.number}))
        return 1
    except ValueError as error:
        parser.error(str(error))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="gatepost", description="Judge OAuth access tokens, key sets and MCP servers."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    validate = commands.add_parser("validate", help="decide whether a token is accepted")
    validate.set_defaults(command=_tokens.validate)
    validate.add_argument("--jwks", required=True, metavar="FILE", help="the issuer's JWK Set")
    validate.add_argument("--issuer", required=True, metavar="I", help="the only issuer accepted")
    validate.add_argument(
        "--audience",
        required=True,
        action="append",
        metavar="A",
        help="an audience accepted; may be given more than once",
    )
    validate.add_argument(
        "--algorithm",
        action="append",
        metavar="ALG",
        help="an algorithm accepted, such as RS256; may be given more than once "
        "(default: every asymmetric one)",
    )
    validate.add_argument(
        "--leeway", type=int, default=30, metavar="N", help="seconds of tolerance (default: 30)"
    )
    validate.add_argument(
        "--now", type=float, metavar="N", help="judge at this time, in seconds since 1970"
    )

    inspect = commands.add_parser("inspect", help="show what a token says, without verifying it")
    inspect.set_defaults(command=_tokens.inspect)

    for command in (validate, inspect):
        command.add_argument(
            "token",
            nargs="?",
            default="-",
            metavar="TOKEN",
            help="the token, or - (the default) to read it from standard input, "
            "where other users of the machine cannot see it",
        )

    keys = commands.add_parser("keys", help="show what a JWK Set holds, and what is refused of it")
    keys.set_defaults(command=_keys.keys)
    keys.add_argument("source", metavar="FILE|URL", help="the JWK Set, or its https URL")

    check = commands.add_parser("check", help="look at a running MCP server as a strict client")
    check.set_defaults(command=_check.check)
    check.add_argument("url", metavar="URL", help="the public URL of the MCP endpoint")
    check.add_argument(
        "--token",
        metavar="T",
        help="a token for this server, to see that it is let in, and not from the query, where it "
        "may be logged: a short-lived one; - reads it from standard input",
    )
    check.add_argument(
        "--foreign-token",
        metavar="T",
        help="a token of the same issuer for another server, which has to be refused; - as above",
    )
    check.add_argument(
        "--origin",
        metavar="O",
        help="the origin of a page that the server allows (default: its own)",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
