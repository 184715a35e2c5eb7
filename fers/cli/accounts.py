"""`fers grant` and `code`: help for the owner of an account."""

import click

from fers import assembly, config
from fers.cli.explaining import explains_failures
from fers.domain.people import OPERATOR, Role
from fers.services.people.help_desk import Found


@click.command()
@click.argument("whom", metavar="NUMBER")
@click.argument("role", type=click.Choice([role.value for role in Role]))
@explains_failures
def grant(whom: str, role: str) -> None:
    """Give the account with NUMBER the role ROLE.

    Its owner tells you the number: it is on their My data page. Where FERS sends e-mails, a confirmed address works
    instead.
    """
    help_desk = assembly.assemble(config.load()).help_desk
    help_desk.grant(OPERATOR, whom, Role(role))
    click.echo(f"Done: {_described(help_desk.find(OPERATOR, whom))}.")


@click.command()
@click.argument("whom", metavar="EMAIL|NUMBER")
@explains_failures
def code(whom: str) -> None:
    """Print a new personal code for an account whose owner can't sign in otherwise.

    Give it only to the owner of the account: it opens the account, and the password and earlier codes no longer do. The
    details printed help you check that the account is theirs: where FERS sends no e-mails, anybody may have signed up
    with an address.
    """
    help_desk = assembly.assemble(config.load()).help_desk
    found = help_desk.find(OPERATOR, whom)
    click.echo(help_desk.issue_code(OPERATOR, whom))
    click.echo(f"It opens this account; its password and earlier codes no longer do: {_described(found)}.", err=True)


def _described(found: Found) -> str:
    email = f" ({found.email})" if found.email else ""
    photos = "1 photo" if found.photos == 1 else f"{found.photos} photos"
    return f"{found.person.number}{email}, {found.person.role}, created {found.person.created_at:%d %B %Y}, {photos}"
