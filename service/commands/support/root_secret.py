"""Refuses to run with another root secret than the one that the installation belongs to."""

from sqlalchemy.exc import SQLAlchemyError

from service.actions.lifecycle.installation import adopt_secret
from service.config import BadSetting, Settings
from service.store.db.engine import Database
from service.store.lifecycle.installation import is_own_secret

#: The advice for a root secret that does not fit.
ADVICE = (
    "secret_key: expected the root secret that this installation was made with, got another one: put secret.key (or secret_key) back "
    "from where you keep it. If it is lost, `greenroom secret replace` says what is lost with it"
)


def demand_own_secret(settings: Settings) -> None:
    """Raise BadSetting if the root secret is not the one of this installation. The first process that asks records its secret.

    If the database is away, or has no current schema, the process starts all the same: it says so by itself.
    """
    secret, database = settings.secret, Database.of(settings)
    try:
        with database.writing() as session:
            fits = is_own_secret(session, secret)
            adopt_secret(session, secret)
    except SQLAlchemyError:
        return
    finally:
        database.close()
    if not fits:
        raise BadSetting(ADVICE)
