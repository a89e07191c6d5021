"""The parser of the command line: commands, their options, files of options."""

from collections.abc import Mapping, Sequence
from typing import Any

from jsonargparse import ArgumentParser
from jsonargparse import Namespace as Options

from seq2seq_keras import __version__, terminal
from seq2seq_keras.cli.command_options import COMMANDS, Commands
from seq2seq_keras.cli.config_file import ConfigFile


class Parser(ArgumentParser):
    """A parser whose help says when it cannot be written, e.g. to a full disk."""

    def _print_message(self, message: str, file: Any = None) -> None:
        terminal.write(message)


def make_parser() -> Parser:
    """Makes the parser of all commands; every option can also stand in YAML.

    Returns:
        A `jsonargparse.ArgumentParser` whose result has the name of the command as
        `command` and its options under that name. Those of `vectors` are in turn the
        name of its own command as `action`, and the options under that.
    """
    parser = Parser(
        prog="seq2seq-keras",
        description="Recurrent encoder-decoders with Keras.",
        version=__version__,
        exit_on_error=False,
    )
    _add_commands(parser, "command", COMMANDS)
    return parser


def parse(arguments: Sequence[str]) -> Options:
    """Parses a command line.

    Args:
        arguments: List of strings.

    Returns:
        The options, as of `make_parser`. Those of the command, or of its own command,
        have beside them `given`, the names of those that were not left out.
    """
    parser = make_parser()
    options = parser.parse_args(arguments, defaults=False)
    names = {*_innermost(options).keys()} - {"config"}
    files = [level.pop("config", None) for level in _levels(options)]
    options = parser.parse_object(options)
    _innermost(options)["given"] = frozenset(names)
    # What is read from must not be written to.
    for level, file in zip(_levels(options), files, strict=True):
        level["config"] = file
    return options


def _levels(options: Options) -> list[Options]:
    """The options of a command, and of its own command."""
    command = options[options.command]
    return [command, command[command.action]] if "action" in command else [command]


def _innermost(options: Options) -> Options:
    return _levels(options)[-1]


def _add_commands(parser: Parser, kind: str, table: Commands) -> None:
    commands = parser.add_subcommands(dest=kind, metavar=kind.upper())
    for name, (description, contents) in table.items():
        command = Parser(description=description, exit_on_error=False)
        command.add_argument(
            "--config",
            action=ConfigFile,
            help="YAML file with any of these options; those that stand behind it "
            "count in place of its own.",
        )
        commands.add_subcommand(name, command, help=description)
        if isinstance(contents, Mapping):
            _add_commands(command, "action", contents)
        else:
            contents(command)
