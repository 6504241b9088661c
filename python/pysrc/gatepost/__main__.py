"""``python -m gatepost``: judges one access token, shows what is in one or in a key set, and looks
at a running server.

Each command prints one JSON object and ends with 0 if the token was accepted (or shown, or nothing
is wrong), 1 if it was refused (or something is), 2 if it was called wrongly. Explanations go to
standard error. Where a terminal is attached, all of it is printed for people instead.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
from collections.abc import Callable, Sequence

from gatepost import GatepostError, PolicyError, _check, _keys, _tokens
from gatepost._json import in_ascii
from gatepost._terminal import Row, print_rows


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    # Python has none for what was closed when it started.
    sys.stdin = sys.stdin or io.TextIOWrapper(io.BytesIO())
    sys.stdout = sys.stdout or io.StringIO()
    try:
        status = _run(argv)
        sys.stdout.flush()
        return status
    except OSError as error:
        # Nobody reads on, as behind `head`; or nothing takes it. Nor is there anything to flush at
        # the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):
            print(f"gatepost: {error.strerror}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _run(argv: Sequence[str] | None) -> int:
    arguments = _parser().parse_args(argv)
    parser: argparse.ArgumentParser = arguments.parser
    command: Callable[[argparse.Namespace], int] = arguments.command
    try:
        return command(arguments)
    except PolicyError as error:
        parser.error(str(error))
    except GatepostError as error:
        if sys.stdout.isatty():
            line = f"{error.reason} ({error.number}): {error}"
            print_rows("", [Row("refused", "bold red", [in_ascii(line)])])
        else:
            print(f"gatepost: {error}", file=sys.stderr)
            print(json.dumps({"ok": False, "reason": error.reason, "number": error.number}))
        return 1
    except ValueError as error:
        parser.error(str(error))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="gatepost", description="Judge OAuth access tokens, key sets and MCP servers."
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {_version()}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    validate = commands.add_parser("validate", help="decide whether a token is accepted")
    validate.set_defaults(command=_tokens.validate, parser=validate)
    validate.add_argument(
        "--jwks", required=True, metavar="FILE|URL", help="the issuer's JWK Set, or its https URL"
    )
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
    inspect.set_defaults(command=_tokens.inspect, parser=inspect)

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
    keys.set_defaults(command=_keys.keys, parser=keys)
    keys.add_argument("source", metavar="FILE|URL", help="the JWK Set, or its https URL")

    check = commands.add_parser("check", help="look at a running MCP server as a strict client")
    check.set_defaults(command=_check.check, parser=check)
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


def _version() -> str:
    from importlib.metadata import version

    return version("gatepost")


if __name__ == "__main__":
    sys.exit(main())
