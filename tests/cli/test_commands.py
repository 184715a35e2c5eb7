"""The list of commands: it names each with its own words, and loads none of them."""

import json
import pkgutil
import re
import subprocess
import sys
from importlib import import_module
from importlib.metadata import packages_distributions

import click
import pytest
from click.testing import CliRunner

from fers import cli
from fers.cli.main import COMMANDS, main
from tests.people import photo

ROOMS = {"adapters", "cli", "config", "domain", "errors", "inference", "languages", "services", "wording"}
COMMAND = """
import sys
from fers.cli.main import main
try:
    main(sys.argv[1:])
except SystemExit as ended:
    assert not ended.code
"""
TELL = """
import json, sys
print(json.dumps(sorted(sys.modules)))
"""


def loaded(*words: str, program: str = COMMAND) -> set[str]:
    """The modules that a program, a command if no other is given, has imported by its end."""
    ran = subprocess.run([sys.executable, "-c", program + TELL, *words], check=True, stdout=subprocess.PIPE, text=True)
    return set(json.loads(ran.stdout.splitlines()[-1]))


def libraries(modules: set[str]) -> set[str]:
    """Those of others, by their top names."""
    return {module.partition(".")[0] for module in modules} & set(packages_distributions())


def ours(modules: set[str]) -> set[str]:
    return {module for module in modules if module.partition(".")[0] == "fers"}


@pytest.fixture
def picture(tmp_path):
    path = tmp_path / "astronaut.jpg"
    path.write_bytes(photo())
    return str(path)


def test_the_list_of_commands_loads_click_alone():
    modules = loaded("--help")
    assert libraries(modules) <= {"click", "_distutils_hack"}
    assert ours(modules) == {"fers", "fers.cli", "fers.cli.main"}


def test_the_services_load_neither_statistics_nor_tables_nor_networks():
    """With them begin the app, most commands, and every process of the tests."""
    modules = libraries(loaded(program="import fers.assembly"))
    assert modules <= {"numpy", "PIL", "orjson", "google_crc32c", "tomli_w", "_distutils_hack"}


@pytest.mark.parametrize("options", [(), ("--detect", "--json")], ids=["plain", "detecting"])
def test_a_prediction_loads_what_reads_pictures_and_runs_the_network(picture, options):
    modules = loaded("predict", picture, *options)
    assert libraries(modules) <= {"click", "numpy", "PIL", "ai_edge_litert", "_distutils_hack"}
    assert not modules & {"sqlite3", "numpy.random", "fers.domain.interfaces"}
    assert {module.split(".")[1] for module in ours(modules) if "." in module} <= ROOMS
    assert {module for module in modules if module.startswith("fers.services.")} == {
        "fers.services.models",
        "fers.services.models.prediction",
    }


def test_the_list_says_in_a_line_what_each_command_does():
    told = CliRunner().invoke(main, ["--help"], terminal_width=110).stdout
    for name, (_, said) in COMMANDS.items():
        assert re.search(rf"^  {name} +{re.escape(said)}$", told, re.MULTILINE)
        assert main.get_command(click.Context(main), name).name == name


def test_every_command_is_in_the_list():
    modules = [import_module(f"fers.cli.{module.name}") for module in pkgutil.iter_modules(cli.__path__)]
    there = {thing for module in modules for thing in vars(module).values() if isinstance(thing, click.Command)}
    inner = {
        command
        for group in there
        if isinstance(group, click.Group)
        for command in getattr(group, "commands", {}).values()
    }
    assert {command.name for command in there - inner - {main} if not command.hidden} == set(COMMANDS)
