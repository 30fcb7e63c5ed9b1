"""What of a database's URL is shown, and what is refused without being shown."""

import pytest

from agent.errors import StartError
from agent.postgres_url import name_of, without_password


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("postgresql://ann:hunter2@db.example.com:5432/agent", "db.example.com:5432/agent"),
        ("postgres://db/agent?sslmode=require", "db/agent"),
        ("postgresql://ann:a%40b%2Fc%23@[::1]:5/x?sslrootcert=/etc/ca.pem", "::1:5/x"),
        ("postgresql:///agent?host=/run/postgresql", "/agent"),
    ],
)
def test_a_database_is_named_without_its_user(url: str, name: str) -> None:
    assert name_of(url) == name


@pytest.mark.parametrize("special", ["/", "#", "?", "@/", "a/b", "1#2", "1?2", "1/2", "[", "]"])
def test_a_password_that_is_not_encoded_is_refused_and_not_shown(special: str) -> None:
    with pytest.raises(StartError, match="percent-encoded") as refused:
        name_of(f"postgresql://ann:4711{special}0815@db/agent")
    assert "4711" not in str(refused.value)
    assert "0815" not in str(refused.value)


@pytest.mark.parametrize("wrong", ["postgresql://db", "postgresql://db/", "postgresql://db:x/agent", "postgres://"])
def test_a_url_without_a_database_is_refused(wrong: str) -> None:
    with pytest.raises(StartError, match="should be a file, or a URL like postgresql://user:password@"):
        name_of(wrong)


def test_a_message_has_neither_form_of_the_password() -> None:
    url = "postgresql://ann:p%40ss@db/agent"
    assert without_password(f"no: {url}; p%40ss; p@ss", url) == "no: ***; ***; ***"
    assert without_password("no password", "postgresql://db/agent") == "no password"
