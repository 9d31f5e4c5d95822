"""Errors that an operator can cause, such as a database that is away or a folder that cannot be written: one sentence each, which
says what to do."""

import errno

from sqlalchemy.exc import DBAPIError

from service.commands.support.storage_errors import StorageProblem
from service.config import BadSetting
from service.domain.errors import Refusal

#: SQLite's names of errors that come from outside. Their messages are constant, so they quote no comment.
_OF_THE_FILE = (
    "SQLITE_CANTOPEN",
    "SQLITE_CORRUPT",
    "SQLITE_FULL",
    "SQLITE_IOERR",
    "SQLITE_NOTADB",
    "SQLITE_PERM",
    "SQLITE_READONLY",
)
#: What to do about errors of the system that name a file.
_FILES = {
    errno.EACCES: "this user may not use it: change its owner or its rights, or name another place",
    errno.EPERM: "this user may not use it: change its owner or its rights, or name another place",
    errno.EROFS: "name a place that can be written",
    errno.ENOENT: "it or its folder is not there: make the folder, or name another place",
    errno.ENOTDIR: "a file is in the place of a folder: name another place",
    errno.EEXIST: "something else is in its place: name another place",
    errno.EISDIR: "it is a folder: name a file",
    errno.ENOSPC: "make room on the disk",
}
#: PostgreSQL's codes: the class of the code, what happened, and what to do.
_CLASSES = {
    "08": "the connection to the database was lost: does it still run?",
    "28": "the database refuses the user or the password: do those in DATABASE_URL fit?",
    "3D": "PostgreSQL has no database of this name: `createdb` makes it, or DATABASE_URL names another",
    "42501": "the database user may not do this: give them the rights on the schema (GRANT), or make them the owner of the database",
    "53": "PostgreSQL lacks room or connections: is the disk full, or max_connections too low (docs/scaling.md)?",
    "57": "PostgreSQL ended the statement, because it stops or took too long: try again, and look into its log",
    "25006": "the database takes no writes: DATABASE_URL names a standby",
}

_OF_THE_CLIENT = (
    "the database wants a certificate of the client that it trusts: sslcert and sslkey in the URL name the files of one"
)
#: What libpq says of an attempt to connect, what that means, and what to do; the first that fits. Where it tried with TLS and without,
#: its message tells of both.
_CONNECTIONS = {
    "certificate verify failed": "the database's certificate is signed by nobody trusted: does sslrootcert in the URL name its authority?",
    "does not match host name": "the database's certificate is for another host: name the host in the URL as the certificate does",
    "root certificate file": "sslmode=verify-ca and verify-full need the file of the authority: sslrootcert in the URL has to name it, and it has to be readable",
    "valid client certificate": _OF_THE_CLIENT,
    "alert unknown ca": _OF_THE_CLIENT,
    "private key file": "the key of the client's certificate, sslkey in the URL, is not there, or others may read it (chmod 600)",
    "does not support SSL": "the database speaks no TLS: turn it on there, or leave sslmode out of the URL",
    "SSL encryption": "no rule in pg_hba.conf of PostgreSQL lets this user in from here: do user, database and host in DATABASE_URL fit?",
    "no encryption": "the database takes only connections with TLS: set sslmode=verify-full and sslrootcert in the URL, or sslmode=require",
    "too many": _CLASSES["53"],
    "connection slots": _CLASSES["53"],
    "password authentication failed": _CLASSES["28"],
    'FATAL:  role "': _CLASSES["28"],
    'FATAL:  database "': _CLASSES["3D"],
}


def advice(error: BaseException) -> str | None:
    """The sentence for this error; None for an error that no operator causes. It quotes nothing that may hold a comment."""
    if isinstance(error, BadSetting | StorageProblem):
        return str(error)
    if isinstance(error, Refusal):
        return error.detail
    if isinstance(error, DBAPIError):
        return _of_the_database(error)
    if isinstance(error, OSError) and error.filename and error.errno in _FILES:
        return f"{error.filename}: {error.strerror}; {_FILES[error.errno]}"
    return None


def _of_the_database(error: DBAPIError) -> str | None:
    driver = error.orig
    if str(getattr(driver, "sqlite_errorname", "")).startswith(_OF_THE_FILE):
        return f"the database cannot be used: {driver}; look at the disk, and at who may write the data folder"
    code = getattr(driver, "sqlstate", None) or ""
    for start in (code, code[:2]):
        if start in _CLASSES:
            return f"{_CLASSES[start]} ({code})"
    if error.statement is None and type(driver).__name__ in ("OperationalError", "ProgrammingError"):
        # Of an attempt to connect: the message names host, port and user, and never the password.
        return _of_the_connection(str(driver))
    if error.connection_invalidated:
        return _CLASSES["08"]
    return None


def _of_the_connection(message: str) -> str:
    """A sentence for an attempt to connect that failed. Of several hosts, the message has a line each."""
    if (found := next((text for words, text in _CONNECTIONS.items() if words in message), "")) != "":
        return found
    return f"the database cannot be reached: {message.splitlines()[0]}; does it run, and is DATABASE_URL right?"
