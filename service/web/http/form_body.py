"""The fields of an HTML form as they were typed."""

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl

from flask import request
from pydantic import BaseModel

#: Encodings of old pages that a form may name in its Content-Type. A form that names none is UTF-8.
_ENCODING = re.compile(r"iso-8859-\d{1,2}|windows-12\d\d|us-ascii|koi8-[ru]|shift_jis|euc-(jp|kr)|gb18030|gbk|big5", re.I)


def typed_fields(model: type[BaseModel]) -> dict[str, str]:
    """The fields that this model knows; others are ignored. CRLF becomes LF, so that a line end counts as one character."""
    form = _form()
    return {name: form[name].replace("\r\n", "\n") for name in model.model_fields if name in form}


def _form() -> Mapping[str, str]:
    encoding = request.mimetype_params.get("charset", "")
    if request.mimetype != "application/x-www-form-urlencoded" or not _ENCODING.fullmatch(encoding):
        return request.form
    try:
        pairs = parse_qsl(request.get_data().decode("ascii", "replace"), keep_blank_values=True, encoding=encoding)
    except LookupError:
        return request.form
    # The first of two fields with one name counts, as in `request.form`.
    return dict(reversed(pairs))
