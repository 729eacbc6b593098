"""Where SageMaker stores the requests and responses of both variants."""

from dataclasses import dataclass
from typing import Any

from aws_cdk import Stack, aws_iam, aws_kms
from aws_cdk.interfaces.aws_kms import IKeyRef
from aws_cdk.interfaces.aws_s3 import IBucketRef

from sagemaker_inference_experiment._references import alias_name, bucket_arn, bucket_name, key_arn
from sagemaker_inference_experiment._role_grants import (
    CAPTURE_KEY_ACTIONS,
    Granted,
    Grantee,
    Missing,
    grant_key,
    grant_once,
    missing,
    shown_name,
    takes_statements,
)

_WRITE = ("s3:PutObject", "s3:AbortMultipartUpload")


@dataclass(frozen=True, kw_only=True)
class DataCapture:
    """Captures requests and responses to S3: the API's ``DataStorageConfig``.

    SageMaker writes the files under ``destination/ENDPOINT/VARIANT/...``. Use ``eventMetadata.inferenceId`` to join the
    records of the production and the shadow variant. The experiment's role must have permission to write to the bucket
    and to use the key. It is granted these permissions if the bucket and the key are given as constructs. If they are
    given as strings, grant the permissions yourself.

    Args:
        destination: A bucket, or an S3 location, ``s3://bucket/prefix``, up to 512 characters (``Destination``).
        prefix: The prefix of the files in a bucket that is given as a construct, without slashes at its ends. If
            omitted, the files are at the root of the bucket.
        kms_key: Encrypts the captured data at rest (``KmsKey``): a key, or its id, ARN or alias. If omitted or empty,
            the bucket's default encryption applies.
        csv_content_types: Content types to capture as CSV, at most 10 (``CsvContentTypes``).
        json_content_types: Content types to capture as JSON, at most 10 (``JsonContentTypes``).
            SageMaker encodes all other content types in base64.
    """

    destination: IBucketRef | str
    prefix: str | None = None
    kms_key: IKeyRef | str | None = None
    csv_content_types: tuple[str, ...] | list[str] = ()
    json_content_types: tuple[str, ...] | list[str] = ()

    def _render(self) -> dict[str, Any]:
        key = key_arn(self.kms_key)
        content_type = {
            **({"CsvContentTypes": list(self.csv_content_types)} if self.csv_content_types else {}),
            **({"JsonContentTypes": list(self.json_content_types)} if self.json_content_types else {}),
        }
        return {
            "Destination": self._location(),
            **({"KmsKey": key} if key is not None else {}),
            **({"ContentType": content_type} if content_type else {}),
        }

    def _location(self) -> str:
        if isinstance(self.destination, str):
            return self.destination
        bucket = f"s3://{bucket_name(self.destination)}"
        return f"{bucket}/{self.prefix}" if self.prefix else bucket

    def _faults(self) -> list[str]:
        """The faults that its properties do not show."""
        if self.prefix is None:
            return []
        if isinstance(self.destination, str):
            return [f"data_capture.prefix is {self.prefix!r}, must be part of the destination if that is a string"]
        if self.prefix.strip("/") != self.prefix:
            return [f"data_capture.prefix is {self.prefix!r}, must not start or end with a slash"]
        return []

    def _grant(self, role: aws_iam.IRole, stack: Stack) -> list[Granted]:
        """Grants the role of a stack's experiment to write to a bucket that is a construct."""
        granted = grant_key(self.kms_key, role, stack, *CAPTURE_KEY_ACTIONS)
        bucket = self.destination
        if isinstance(bucket, str):
            return granted
        objects = f"{self.prefix}/*" if self.prefix else "*"

        def grant(to: Grantee) -> Missing | None:
            if hasattr(bucket, "grant_put"):
                # An IBucket also grants the use of its key, and changes its own policy where that is needed.
                given: aws_iam.Grant = bucket.grant_put(to, objects)
            else:
                given = aws_iam.Grant.add_to_principal(
                    grantee=to, actions=list(_WRITE), resource_arns=[f"{bucket_arn(bucket)}/{objects}"]
                )
            # An imported bucket has no policy, but the grant reports a statement.
            allowed_by_bucket = given.resource_statements and getattr(bucket, "policy", None) is not None
            if takes_statements(to, role) or allowed_by_bucket:
                return None
            with_key = f", and {', '.join(CAPTURE_KEY_ACTIONS)} on its key" if _has_key(bucket) else ""
            return missing("bucket", role, _WRITE, f"{shown_name(bucket_name(bucket), bucket)}{with_key}")

        granted += grant_key(_imported_alias(bucket), role, stack, *CAPTURE_KEY_ACTIONS)
        return [*granted, grant_once(role, stack, bucket, objects, grant=grant)]


def _has_key(bucket: IBucketRef) -> bool:
    """Whether the bucket has a key of its own that is not an imported alias, which is granted separately."""
    return getattr(bucket, "encryption_key", None) is not None and _imported_alias(bucket) is None


def _imported_alias(bucket: IBucketRef) -> aws_kms.IKey | None:
    """The bucket's key if it is an alias; ``None`` for any other key, which the bucket's own grant covers."""
    key: aws_kms.IKey | None = getattr(bucket, "encryption_key", None)
    return key if key is not None and not isinstance(key, aws_kms.Alias) and alias_name(key) is not None else None
