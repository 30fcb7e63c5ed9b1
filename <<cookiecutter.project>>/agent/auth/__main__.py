"""`python -m agent.auth` makes, lists and revokes tokens in a file that holds no token, only their hashes."""

import argparse
import fcntl
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from agent.auth.tokens import LINE, Token, TokensError, digest_of, new_secret, parse, text_of

FILE = Path("agent.tokens")


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0, or 2 with a message."""
    options = _parser().parse_args(arguments)
    try:
        with alone(options.file.parent):
            tokens = parse(options.file.read_text(encoding="utf-8")) if options.file.exists() else ()
            return int(options.run(options, tokens))
    except (OSError, TokensError, UnicodeDecodeError) as error:
        why = "it is no text" if isinstance(error, UnicodeDecodeError) else error
        print(f"{options.file}: {why}", file=sys.stderr)
        return 2


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """One command at a time: two at once would each write what the other has not seen."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def new(options: argparse.Namespace, tokens: tuple[Token, ...]) -> int:
    """Print a new token, once, and add its hash to the file."""
    if any(token.name == options.name for token in tokens):
        raise TokensError(f"there is a token of {options.name} already: revoke it first")
    secret = new_secret()
    token = Token(options.name, digest_of(secret), options.per_minute)
    if options.per_minute == 0 or not LINE.fullmatch(token.line()):
        raise TokensError("a name has up to 64 letters, digits and . _ @ -; a rate is 1 or more")
    write(options.file, (*tokens, token))
    print(secret)
    return 0


def list_(_options: argparse.Namespace, tokens: tuple[Token, ...]) -> int:
    """Print each token's name, the beginning of its hash and its rate."""
    for token in tokens:
        print(f"{token.name}  {token.digest[:12]}  {token.per_minute or ''}".rstrip())
    return 0


def revoke(options: argparse.Namespace, tokens: tuple[Token, ...]) -> int:
    """Remove a token from the file."""
    kept = tuple(token for token in tokens if token.name != options.name)
    if len(kept) == len(tokens):
        raise TokensError(f"there is no token of {options.name}")
    write(options.file, kept)
    return 0


def write(path: Path, tokens: Sequence[Token]) -> None:
    """Replace the file as a whole; only its owner can read it."""
    part = path.with_name(f".{path.name}.new")
    part.unlink(missing_ok=True)
    part.touch(0o600)
    part.write_text(text_of(tokens), encoding="utf-8")
    part.replace(path)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m agent.auth", description="Make, list and revoke tokens.")
    parser.add_argument("--file", type=Path, default=FILE, help=f"the tokens file (default: {FILE})")
    commands = parser.add_subparsers(required=True)
    for name, run in (("new", new), ("list", list_), ("revoke", revoke)):
        command = commands.add_parser(name, help=run.__doc__)
        command.set_defaults(run=run)
        if run is not list_:
            command.add_argument("name", help="the name of the token's owner")
        if run is new:
            command.add_argument("--per-minute", type=int, help="requests per minute, instead of the service's")
    return parser


if __name__ == "__main__":
    sys.exit(main())
