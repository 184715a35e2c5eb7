"""The command line: `fers --help`."""

import io
import sys
from importlib import import_module

import click

from fers import __version__

COMMANDS = {
    "demo": ("demo:demo", "Make a sample study of drawn faces, and start the app on it."),
    "serve": ("serve:serve", "Start the app on 127.0.0.1 (PORT, default 8501)."),
    "predict": ("predict:predict", "Guess the expression in each IMAGE."),
    "models": ("models:models", "List the registered models, or add or check one."),
    "evaluate": ("evaluation:evaluate", "Ask a model about the faces it has not seen, and measure it."),
    "shadow": ("evaluation:shadow", "Have a model answer for new faces in the background."),
    "import": ("datasets:import_", "Add the labelled faces that SPEC names (docs/researchers/data.md) to a study."),
    "freeze": ("datasets:freeze", "Freeze a study's faces as a dataset version."),
    "export": ("datasets:export", "Write a dataset version into a folder that is ready to train on."),
    "study": ("studies:study", "Write a study to a file, or make one of such a file."),
    "doctor": ("store:doctor", "Check the store against its files, and repair what is safe to repair."),
    "backup": ("store:backup", "Copy the store into FOLDER, while it is in use."),
    "restore": ("store:restore", "Put a backup into the empty folder FERS_DATA."),
    "purge": ("store:purge", "Remove the faces past their retention date."),
    "migrate": ("store:migrate", "Copy everything from the other store into this one."),
    "grant": ("accounts:grant", "Give the account with NUMBER the role ROLE."),
    "code": ("accounts:code", "Print a new personal code for an account."),
}
"""Where each command is, and what the list of them says of it: so that asking for the list loads none."""
_HIDDEN = {"import-upload": "datasets:import_upload"}
"""Started by the app itself."""


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        place = COMMANDS[cmd_name][0] if cmd_name in COMMANDS else _HIDDEN.get(cmd_name)
        if place is None:
            return None
        module, _, name = place.partition(":")
        return getattr(import_module(f"fers.cli.{module}"), name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][1]) for name in self.list_commands(ctx)])


@click.command(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="FERS")
def main() -> None:
    """FERS: collect, label and compare facial expressions in the wild.

    The store is the folder FERS_DATA (default: data/ in the current folder); models are the folders in FERS_MODELS
    (default: models/ in the current folder, and those that come with FERS).
    """
    if isinstance(sys.stdout, io.TextIOWrapper):  # A name that the terminal has no letters for ends no command.
        sys.stdout.reconfigure(errors="backslashreplace")
