"""The settings, by table: sources, values and error messages."""

import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from service.commands.config import config, doubts
from service.commands.support.setting_flags import setting_flags
from service.config import BadSetting, Settings, names
from service.setting_sources import load, raw_settings

LONG = "0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize(
    ("environ", "name", "value"),
    [
        ({}, "port", 8000),
        ({"PORT": "9000"}, "port", 9000),
        ({"PORT": "9000", "GREENROOM_PORT": "9001"}, "port", 9001),
        ({"GREENROOM_PORT": ""}, "port", 8000),
        ({"GREENROOM_HOME": "~/elsewhere"}, "home", Path("~/elsewhere").expanduser()),
        ({"DATABASE_URL": "postgres://db/x"}, "database_url", "postgresql+psycopg://db/x"),
        (
            {"DATABASE_URL": "postgresql://u:p%40@[::1]:5432/x?sslmode=verify-full"},
            "database",
            "postgresql+psycopg://u:p%40@[::1]:5432/x?sslmode=verify-full",
        ),
        ({"DATABASE_URL": "postgresql://db/x"}, "database", "postgresql+psycopg://db/x"),
        ({"GREENROOM_HOME": "/data"}, "database", "sqlite:////data/greenroom.db"),
        ({"REDIS_URL": "redis://cache:6379/1"}, "redis_url", "redis://cache:6379/1"),
        ({"GREENROOM_WEBHOOK_ALLOW": "10.0.0.0/8, ::1/128"}, "webhook_allow", ("10.0.0.0/8", "::1/128")),
        ({"GREENROOM_PUBLIC_URL": "https://c.example/"}, "url", "https://c.example"),
        ({"GREENROOM_HOST": "0.0.0.0"}, "url", "http://localhost:8000"),
        ({"GREENROOM_HOST": "fd00::1"}, "url", "http://[fd00::1]:8000"),
        ({"GREENROOM_LEASE": "2.5"}, "lease", 2.5),
        ({"GREENROOM_SECRET_KEY": LONG}, "secret", LONG),
        ({"UNRELATED": "x"}, "port", 8000),
    ],
)
def test_what_is_given_is_what_is_meant(environ: dict[str, str], name: str, value: object) -> None:
    assert getattr(load(environ), name) == value


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({"GREENROOM_PROT": "1"}, "GREENROOM_PROT: no such setting; did you mean port?"),
        ({"GREENROOM_ZZZ": "1"}, "GREENROOM_ZZZ: no such setting; `greenroom config example` lists all"),
        ({"PORT": "http"}, "port: expected a whole number from 1 to 65535; got 'http'"),
        ({"GREENROOM_PORT": "0"}, "port: expected a whole number from 1 to 65535; got '0'"),
        ({"GREENROOM_LEASE": "nan"}, "lease: expected seconds from 2 to 600; got 'nan'"),
        ({"GREENROOM_LEASE": "soon"}, "lease: expected seconds from 2 to 600; got 'soon'"),
        ({"GREENROOM_BROKER": "kafka"}, "broker: expected one of auto, none; got 'kafka'"),
        ({"DATABASE_URL": "mysql://u:pw@db/x"}, "database_url: expected postgresql://… or sqlite:///…; got a secret value"),
        ({"GREENROOM_READ_DATABASE_URL": "sqlite:///x"}, "read_database_url: expected postgresql://…; got a secret value"),
        ({"DATABASE_URL": "postgresql://h:port/x"}, "database_url: expected a port from 1 to 65535 after the colon of a host; got a secret value"),
        ({"DATABASE_URL": "postgresql://[::1/x"}, "database_url: expected a closing ] after an IPv6 address; got a secret value"),
        ({"DATABASE_URL": "postgresql://one:1,two:x/x"}, "database_url: expected a port from 1 to 65535 after the colon of a host; got a secret value"),
        ({"DATABASE_URL": "postgresql://h/x?sslmode=bogus"}, "database_url: expected sslmode to be one of disable, allow, prefer, require, verify-ca, verify-full; got a secret value"),
        ({"DATABASE_URL": "postgresql://h/x?ssl=on"}, "database_url: expected options of libpq after the ?, such as sslmode; ssl is none; got a secret value"),
        ({"GREENROOM_PUBLIC_URL": "https://news.example/%61/b"}, "public_url: expected a path of plain letters, digits, dots and dashes, such as https://news.example/comments; got 'https://news.example/%61/b'"),
        ({"GREENROOM_SOCKET": "web.sock"}, "socket: expected the whole path of a socket, of at most 107 bytes, such as /run/greenroom/web.sock; got 'web.sock'"),
        ({"GREENROOM_SOCKET": "/run/web.sock"}, "public_url: expected the address of the proxy in front, because socket is set; got nothing"),
        ({"REDIS_URL": "redis://cache:port/0"}, "redis_url: expected a port from 1 to 65535 after the colon of a host; got a secret value"),
        ({"REDIS_URL": "sentinel://one,two"}, "redis_url: expected the name that the Sentinels give the Redis after the hosts, as in sentinel://one,two/NAME/0; got a secret value"),
        ({"REDIS_URL": "sentinel://one,,two/greenroom"}, "redis_url: expected the hosts of the Sentinels, separated by commas: sentinel://one,two,three/NAME/0; got a secret value"),
        ({"REDIS_URL": "sentinel://one/greenroom?ssl_ca_certs=x"}, "redis_url: expected sentinel_username, sentinel_password, and with sentinels:// options of TLS after the ?; ssl_ca_certs is none; got a secret value"),
        ({"REDIS_URL": "amqp://"}, "redis_url: expected redis://…, rediss://… (with TLS), unix:///… or sentinel://one,two,three/NAME/0; got a secret value"),
        ({"GREENROOM_PUBLIC_URL": "news.example"}, "public_url: expected an address like https://comments.news.example; got 'news.example'"),
        ({"GREENROOM_WEBHOOK_ALLOW": "10.0.0.1/8"}, "webhook_allow: expected networks like 10.0.0.0/8, separated by commas; got '10.0.0.1/8'"),
        ({"GREENROOM_SECRET_KEY": "short"}, "secret_key: expected at least 32 characters (try `openssl rand -hex 32`); got a secret value"),
        ({"GREENROOM_SECRET_KEY_FILE": "/nowhere"}, "GREENROOM_SECRET_KEY_FILE: cannot read /nowhere: No such file or directory"),
        ({"GREENROOM_SECRET_KEY_FILE": "/etc/hostname"}, "secret_key: expected at least 32 characters (try `openssl rand -hex 32`); got a secret value (from GREENROOM_SECRET_KEY_FILE)"),
        ({"GREENROOM_MAIL_URL": "mail.example:587"}, "mail_url: expected smtp://user:password@mail.example:587 or smtps://…; got a secret value"),
        ({"GREENROOM_MAIL_URL": "smtp://mail.example:port"}, "mail_url: expected smtp://user:password@mail.example:587 or smtps://…; got a secret value"),
        ({"GREENROOM_MAIL_URL": "smtp://[mail.example"}, "mail_url: expected smtp://user:password@mail.example:587 or smtps://…; got a secret value"),
        ({"GREENROOM_MAIL_URL": "smtp://u:pw@mail.example?tls=off"}, "mail_url: expected no option but tls=off, and that only with smtp:// and without a user and password; got a secret value"),
        ({"GREENROOM_MAIL_URL": "smtp://mail.example"}, "mail_from: expected an address like greenroom@news.example, because mail_url is set; got nothing"),
        ({"GREENROOM_MAIL_FROM": "Greenroom"}, "mail_from: expected an address like greenroom@news.example; got 'Greenroom'"),
        ({"GREENROOM_CONFIG": "/nowhere"}, "GREENROOM_CONFIG: cannot read /nowhere: No such file or directory"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_named(environ: dict[str, str], said: str) -> None:
    with pytest.raises(BadSetting) as refused:
        load(environ)
    assert str(refused.value) == said
    assert "pw" not in said


def test_a_secret_comes_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text(LONG + "\n")
    assert load({"GREENROOM_SECRET_KEY_FILE": str(file)}).secret == LONG
    assert load({"GREENROOM_SECRET_KEY_FILE": str(file), "GREENROOM_SECRET_KEY": ""}).secret == LONG


def test_a_setting_that_is_given_twice_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text(LONG)
    with pytest.raises(BadSetting, match="not both"):
        load({"GREENROOM_SECRET_KEY_FILE": str(file), "GREENROOM_SECRET_KEY": LONG})


def test_toml_then_variables(tmp_path: Path) -> None:
    file = tmp_path / "greenroom.toml"
    file.write_text('port = 9000\nhost = "::1"\nwebhook_allow = ["10.0.0.0/8"]\n')
    settings = load({"GREENROOM_CONFIG": str(file), "PORT": "9001"})
    assert (settings.port, settings.host, settings.webhook_allow) == (9001, "::1", ("10.0.0.0/8",))


@pytest.mark.parametrize(("text", "said"), [("prot = 1", "prot: no such setting; did you mean port"), ("port = ", "is no TOML")])
def test_a_toml_file_that_does_not_fit_is_named(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "greenroom.toml"
    file.write_text(text)
    with pytest.raises(BadSetting, match=said):
        load({"GREENROOM_CONFIG": str(file)})


def test_the_example_is_the_default(tmp_path: Path) -> None:
    printed = CliRunner().invoke(config, ["example"]).output
    file = tmp_path / "greenroom.toml"
    file.write_text(
        "\n".join(line.removeprefix("# ") for line in printed.splitlines() if " = " in line and line.startswith("# "))
    )
    assert set(tomllib.loads(file.read_text())) == set(names())
    assert load({"GREENROOM_CONFIG": str(file)}) == Settings()


def test_every_setting_has_a_flag_and_a_secret_only_one_for_its_file() -> None:
    import click

    @click.command()
    @setting_flags
    def command() -> None:
        """Does nothing."""

    flags = {flag for parameter in command.params for flag in parameter.opts}
    for name, declared in names().items():
        flag = f"--{name.replace('_', '-')}"
        secret = declared.metadata["secret"]
        assert (flag in flags) is not secret
        assert (f"{flag}-file" in flags) is secret


def test_a_flag_says_its_default_and_beat_has_only_its_own() -> None:
    from service.commands.serve import beat, web

    assert "Threads of each web process. [default: 32]" in " ".join(CliRunner().invoke(web, ["--help"]).output.split())
    assert {flag for parameter in beat.params for flag in parameter.opts} == {
        "--home", "--database-url-file", "--redis-url-file", "--secret-key-file", "--sweep-every", "--log-level", "--log-format",
    }  # fmt: skip


def test_show_tells_the_source_and_hides_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    from service.commands.support.context import settings

    monkeypatch.setenv("DATABASE_URL", "postgresql://greenroom:hunter2@db/greenroom")
    monkeypatch.setenv("GREENROOM_PORT", "9000")
    settings.cache_clear()
    shown = CliRunner().invoke(config, ["show"]).output
    settings.cache_clear()
    assert "hunter2" not in shown
    assert 'database_url          "(set, not shown)"  (from DATABASE_URL)' in shown
    assert "port                  9000  (from GREENROOM_PORT)" in shown


def test_what_was_given_is_known_with_its_source() -> None:
    assert raw_settings({"PORT": "9000"})["port"].source == "PORT"


def test_of_several_replicas_a_standby_is_read() -> None:
    settings = load({"GREENROOM_READ_DATABASE_URL": "postgresql://one,two/n"})
    assert settings.read_database_url.endswith("?host=one&host=two&target_session_attrs=prefer-standby")
    assert any("SQLite has no replicas" in doubt for doubt in doubts(settings))


@pytest.mark.parametrize(("given", "used"), [
    ("postgres://u@h/n", "postgresql+psycopg://u@h/n"),
    ("postgresql://u:p@one:5432,two:5433/n", "postgresql+psycopg://u:p@/n?host=one:5432&host=two:5433&target_session_attrs=read-write"),
    ("postgresql://one,two/n?sslmode=require", "postgresql+psycopg:///n?host=one&host=two&sslmode=require&target_session_attrs=read-write"),
    ("postgresql://a,b/n?target_session_attrs=any", "postgresql+psycopg:///n?host=a&host=b&target_session_attrs=any"),
])  # fmt: skip
def test_a_postgresql_address_may_name_several_hosts(given: str, used: str) -> None:
    assert load({"DATABASE_URL": given}).database == used
