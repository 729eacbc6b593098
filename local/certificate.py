"""A temporary certificate authority, and a certificate for the loopback interface.

Custom resources respond only over HTTPS, so the local AWS must use TLS. Nothing is installed. Clients get the authority
through their environment, and it is deleted with its folder.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import trustme


@dataclass(frozen=True)
class Certificate:
    """Three PEM files: the authority to trust, and the certificate and the key of the server."""

    authority: Path
    certificate: Path
    key: Path


def make_certificate(folder: Path) -> Certificate:
    made = Certificate(folder / "authority.pem", folder / "certificate.pem", folder / "key.pem")
    authority = trustme.CA()
    issued = authority.issue_cert("localhost", "127.0.0.1")
    authority.cert_pem.write_to_path(str(made.authority))
    for part in issued.cert_chain_pems:
        part.write_to_path(str(made.certificate), append=True)
    issued.private_key_pem.write_to_path(str(made.key))
    return made
