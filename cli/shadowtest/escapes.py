"""How a character is written in an encoding that lacks it."""

import codecs

ESCAPES = "shadowtest.escapes"
"""The error handler of an encoding. It writes escapes as JSON has them, so that a document in JSON stays one."""


def _escaped(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end].encode("utf-16-be", "surrogatepass")
    units = (lacking[at : at + 2].hex() for at in range(0, len(lacking), 2))
    return "".join(f"\\u{unit}" for unit in units), error.end


codecs.register_error(ESCAPES, _escaped)
