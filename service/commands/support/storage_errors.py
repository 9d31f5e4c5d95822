"""Errors of object storage: one sentence each, which says what to do and holds no key and no signature."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

_CODE = re.compile(r"<Code>([A-Za-z]{1,60})</Code>")
_STATUS = re.compile(r"non-2xx status code: (\d{3})")
_KEYS = "the storage refuses the access key: are AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY right?"
_RIGHTS = "this access key may not do that: let it list, read and write here (ListBucket, GetObject, PutObject)"
_REFUSED = "the storage refuses the access key: is it right, and may it list, read and write here?"
_REGION = "the bucket is in another region: set AWS_REGION, and AWS_ENDPOINT_URL if it is not Amazon's"
_NO_FILE = "there is no such file, or no such bucket"
#: What to do, by the code of S3.
_ADVICE = {
    "NoSuchBucket": "there is no such bucket: create it, or name another; AWS_ENDPOINT_URL and AWS_REGION say where it is looked for",
    "NoSuchKey": _NO_FILE,
    "AccessDenied": _RIGHTS,
    "AllAccessDisabled": _RIGHTS,
    "SignatureDoesNotMatch": _KEYS,
    "InvalidAccessKeyId": _KEYS,
    "ExpiredToken": "the session token has expired: get a new AWS_SESSION_TOKEN",
    "InvalidToken": "the storage refuses AWS_SESSION_TOKEN: get a new one",
    "AuthorizationHeaderMalformed": _REGION,
    "PermanentRedirect": _REGION,
    "IllegalLocationConstraintException": _REGION,
    "RequestTimeTooSkewed": "the clock of this machine is wrong: set it",
    "QuotaExceeded": "the storage is full, or its quota is used up",
}


class StorageProblem(Exception):
    """The storage did not do what was asked. The message names the place, and says what to do."""


@contextmanager
def clear_errors(where: str) -> Iterator[None]:
    """Raise StorageProblem for what obstore raises in the block. Its own messages hold whole answers of the server, with the key's
    id and the signature."""
    try:
        import obstore.exceptions
    except ImportError:
        raise StorageProblem(f"{where}: object storage needs one more package: `pip install greenroom[s3]`") from None
    try:
        yield
    except (obstore.exceptions.BaseError, OSError, ValueError) as error:
        raise StorageProblem(f"{where}: {_advice(error)}") from None


def _advice(error: Exception) -> str:
    words = str(error)
    if code := _CODE.search(words):
        return _ADVICE.get(code[1], f"the storage answered {code[1]}: look it up in the storage's documentation")
    if isinstance(error, FileNotFoundError):
        return _NO_FILE
    if "169.254.169.254" in words:
        return "no access key: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
    if status := _STATUS.search(words):
        return _REFUSED if status[1] == "403" else f"the storage answered with status {status[1]}: is AWS_ENDPOINT_URL right?"
    if "redirect" in words:
        return _REGION
    return "the storage cannot be reached: is AWS_ENDPOINT_URL right, and the network there?"
