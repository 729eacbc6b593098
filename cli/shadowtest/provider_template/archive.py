"""A zip archive whose bytes depend only on the files in it."""

import io
from collections.abc import Mapping
from zipfile import ZIP_STORED, ZipFile, ZipInfo

_EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The earliest time that the format supports."""
_UNIX = 3
_READABLE_FILE = 0o100644
"""Lambda reads the files as another user."""


def archived(files: Mapping[str, bytes]) -> bytes:
    """The archive. The files are not compressed, because the compressed bytes depend on the release of zlib."""
    archive = io.BytesIO()
    with ZipFile(archive, "w", ZIP_STORED) as opened:
        for name, content in sorted(files.items()):
            entry = ZipInfo(name, _EARLIEST)
            entry.create_system = _UNIX
            entry.external_attr = _READABLE_FILE << 16
            opened.writestr(entry, content)
    return archive.getvalue()
