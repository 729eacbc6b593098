"""Grants of permissions on an experiment."""

from aws_cdk import aws_iam
from aws_cdk.interfaces.aws_sagemaker import IInferenceExperimentRef

from sagemaker_inference_experiment._role_grants import independent_grantee

READ = ("sagemaker:DescribeInferenceExperiment", "sagemaker:ListTags")
UPDATE = ("sagemaker:UpdateInferenceExperiment", "sagemaker:StartInferenceExperiment")
STOP = ("sagemaker:StopInferenceExperiment",)


class InferenceExperimentGrants:
    """Grants roles, users and other principals permissions on one experiment.

    ``experiment.grants`` of a declared or an imported one; ``from_inference_experiment`` for CDK's own
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
        """Lets the grantee see the experiment, its status and its tags.

        ``DescribeInferenceExperiment``, ``ListTags``.

        Args:
            grantee: The principal to grant the permission to.
        """
        return self.actions(grantee, *READ)

    def update(self, grantee: aws_iam.IGrantable) -> aws_iam.Grant:
        """Lets the grantee change what can be changed, and start a scheduled test ahead of its time.

        ``UpdateInferenceExperiment``, ``StartInferenceExperiment``.

        Args:
            grantee: The principal to grant the permission to.
        """
        return self.actions(grantee, *UPDATE)

    def stop(self, grantee: aws_iam.IGrantable) -> aws_iam.Grant:
        """Lets the grantee end the test: remove, keep or promote the shadow variant.

        ``StopInferenceExperiment``. SageMaker changes the endpoint under the experiment's own role.

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
