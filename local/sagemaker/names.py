"""ARNs and the identity of names: SageMaker writes names in lower case in ARNs, and so can't tell ``A`` from ``a``."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Arns:
    partition: str
    region: str
    account: str

    def of(self, kind: str, name: str) -> str:
        return f"arn:{self.partition}:sagemaker:{self.region}:{self.account}:{kind}/{key(name)}"

    def kms_key(self, given: str) -> str:
        if given.startswith("arn:"):
            return given
        resource = given if given.startswith("alias/") else f"key/{given.removeprefix('key/')}"
        return f"arn:{self.partition}:kms:{self.region}:{self.account}:{resource}"


def key(name: str) -> str:
    return name.lower()


def split(arn: str) -> tuple[str, str]:
    """The kind and the name of what an ARN names; the kind is empty when the ARN names nothing of that form."""
    kind, slash, name = arn.split(":", 5)[5].partition("/")
    return (kind, name) if slash else ("", kind)
