"""Writes a character as an escape if the encoding does not have it."""

import codecs

ESCAPES = "shadowtest.escapes"
"""The name of the encoding error handler. It writes JSON escapes, so that a JSON document stays valid."""


def _escaped(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end].encode("utf-16-be", "surrogatepass")
    units = (lacking[at : at + 2].hex() for at in range(0, len(lacking), 2))
    return "".join(f"\\u{unit}" for unit in units), error.end


codecs.register_error(ESCAPES, _escaped)
