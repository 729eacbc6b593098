"""Grants of permissions on an experiment."""

from aws_cdk import aws_iam
from aws_cdk.interfaces.aws_sagemaker import IInferenceExperimentRef

from sagemaker_inference_experiment._role_grants import independent_grantee

READ = ("sagemaker:DescribeInferenceExperiment", "sagemaker:ListTags")
UPDATE = ("sagemaker:UpdateInferenceExperiment", "sagemaker:StartInferenceExperiment")
STOP = ("sagemaker:StopInferenceExperiment",)


class InferenceExperimentGrants:
    """Grants roles, users and other principals permissions on one experiment.

    Use ``experiment.grants`` of a declared or an imported experiment, and ``from_inference_experiment`` for CDK's own
    ``CfnInferenceExperiment``. The permissions are added to the grantee's policy, because experiments have no resource
    policies. ``sagemaker:ListInferenceExperiments`` can't be granted for a single experiment.

    The next deployment treats a change that a grantee makes as drift. It reverts the change, or fails if it can't.
    """

    def __init__(self, experiment: IInferenceExperimentRef) -> None:
        self._experiment = experiment

    @classmethod
    def from_inference_experiment(cls, experiment: IInferenceExperimentRef) -> "InferenceExperimentGrants":
        """The grants of an experiment.

        Args:
            experiment: The experiment, as a construct or a reference.
        """
        return cls(experiment)

    def read(self, grantee: aws_iam.IGrantable) -> aws_iam.Grant:
        """Allows the grantee to read the experiment, its status and its tags.

        It grants ``DescribeInferenceExperiment`` and ``ListTags``.

        Args:
            grantee: The principal to grant the permission to.
        """
        return self.actions(grantee, *READ)

    def update(self, grantee: aws_iam.IGrantable) -> aws_iam.Grant:
        """Allows the grantee to update the experiment, and to start a scheduled test early.

        It grants ``UpdateInferenceExperiment`` and ``StartInferenceExperiment``.

        Args:
            grantee: The principal to grant the permission to.
        """
        return self.actions(grantee, *UPDATE)

    def stop(self, grantee: aws_iam.IGrantable) -> aws_iam.Grant:
        """Allows the grantee to stop the test, and to remove, retain or promote the shadow variant.

        It grants ``StopInferenceExperiment``. SageMaker uses the experiment's own role to change the endpoint.

        Args:
            grantee: The principal to grant the permission to.
        """
        return self.actions(grantee, *STOP)

    def actions(self, grantee: aws_iam.IGrantable, *actions: str) -> aws_iam.Grant:
        """Grants other actions on the experiment.

        Args:
            grantee: The principal to grant the permission to.
            actions: IAM actions on an inference experiment, such as ``sagemaker:DeleteInferenceExperiment``.
        """
        return aws_iam.Grant.add_to_principal(
            grantee=independent_grantee(grantee, self._experiment),
            actions=list(actions),
            resource_arns=[self._experiment.inference_experiment_ref.inference_experiment_arn],
        )
