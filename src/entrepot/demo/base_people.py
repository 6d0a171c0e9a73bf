"""The people who sign in, with passwords that exist only in this installation."""

from entrepot.demo.cast import Person, customers, people
from entrepot.demo.logins import Login, new_password
from entrepot.demo.sellers import BY_KEY
from entrepot.demo.stage import Stage
from entrepot.domain.parties.commands import Password, add_membership, create_user
from entrepot.domain.parties.errors import PartyInput

# About one draw in a hundred shares too many letters with a long mail address.
_DRAWS_MAX = 20


def add_people(stage: Stage) -> list[Login]:
    """Create everybody with a random password and return how they sign in; nothing else keeps the passwords."""
    made: dict[str, tuple[Login, int]] = {}
    domains = {one.name: one.domain for one in customers(small=stage.small)}
    hosts = {one.name: BY_KEY[one.seller].host for one in customers(small=stage.small)}
    for person in people(small=stage.small):
        place = f"{_title(person)} ({person.role.value.replace('_', ' ')})"
        if person.login in made:
            login, user_id = made[person.login]
            add_membership(
                user_id=user_id,
                account_id=stage.accounts[person.account],
                role=person.role,
                **stage.made,
            )
            made[person.login] = (_with_account(login, place), user_id)
            continue
        domain = domains.get(person.account) or f"{person.account}.example"
        user_id, password = _create(stage, person, email=f"{person.login}@{domain}")
        login = Login(
            host=hosts.get(person.account, "localhost"),
            login=person.login,
            name=person.name,
            accounts=(place,),
            is_featured=person.is_featured,
            password=password,
        )
        made[person.login] = (login, user_id)
    return [login for login, _user_id in made.values()]


def _create(stage: Stage, person: Person, *, email: str) -> tuple[int, str]:
    """Create a person with a random password; draw again when it happens to resemble the name or address."""
    for _ in range(_DRAWS_MAX):
        password = new_password()
        try:
            user_id = create_user(
                account_id=stage.accounts[person.account],
                login=person.login,
                display_name=person.name,
                role=person.role,
                email=email,
                language=person.language,
                password=Password(password),
                **stage.made,
            )
        except PartyInput as refusal:
            if refusal.code != "password_weak":
                raise
        else:
            return user_id, password
    raise RuntimeError(f"no usable password for {person.login} in {_DRAWS_MAX} draws")


def _title(person: Person) -> str:
    return BY_KEY[person.account].brand if person.account in BY_KEY else person.account


def _with_account(login: Login, place: str) -> Login:
    return Login(
        host=login.host,
        login=login.login,
        name=login.name,
        accounts=(*login.accounts, place),
        is_featured=login.is_featured,
        password=login.password,
    )
