"""`entrepot show-logins`: say how the demo people sign in."""

from argparse import ArgumentParser, Namespace

from django.conf import settings
from django.core.management.base import BaseCommand

from entrepot.demo.logins import Login, read_logins
from entrepot.demo.portal import CUSTOMER, OUTSIDERS, read_portal


class Command(BaseCommand):
    """Print addresses, logins and passwords."""

    group = "Installation"
    help = "Show how the people of the demo world sign in on this installation."
    needs_database = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--port", type=int, default=8000, help="port of the web pages")
        parser.add_argument(
            "--all", action="store_true", help="everybody, not only some of each kind"
        )

    def handle(self, *_args: object, **options: object) -> None:
        """Print one block per address, people in the order of the demo's table."""
        chosen = Namespace(**options)
        known = read_logins(directory=settings.DATA)
        shown = [login for login in known if chosen.all or login.is_featured]
        if not shown:
            self.stdout.write(
                "This installation has no demo people; bin/entrepot seed-demo makes them."
            )
            return
        for host in dict.fromkeys(login.host for login in shown):
            self.stdout.write(f"\nhttp://{host}:{chosen.port}/sign-in/")
            self._print([login for login in shown if login.host == host])
        if portal := read_portal(directory=settings.DATA):
            self.stdout.write(f"\n{portal.sign_in_address(web_port=chosen.port)}")
            width = max(len(one.name) for one in OUTSIDERS)
            for one in OUTSIDERS:
                self.stdout.write(
                    f"  {one.name:<{width}}  no password, chosen there  {CUSTOMER} (user)"
                )
        if len(shown) < len(known):
            self.stdout.write(f"\n{len(known) - len(shown)} more: bin/entrepot show-logins --all")

    def _print(self, logins: list[Login]) -> None:
        width = max(len(login.login) for login in logins)
        password = max(len(login.password) for login in logins)
        for login in logins:
            places = ", ".join(login.accounts)
            self.stdout.write(f"  {login.login:<{width}}  {login.password:<{password}}  {places}")
