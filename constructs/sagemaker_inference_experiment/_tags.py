"""The tags of an experiment."""

from collections.abc import Mapping
from typing import Any

import jsii
from aws_cdk import IResolvable, IStableAnyProducer, Lazy, TagManager, TagType
from constructs import IConstruct, IValidation

from sagemaker_inference_experiment._parameters import in_parameters
from sagemaker_inference_experiment._property_faults import property_faults


def tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Tags in the format of the API."""
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items())]


@jsii.implements(IStableAnyProducer, IValidation)
class ExperimentTags:
    """The tags that are declared, and those that ``Tags.of(scope)`` adds until the template is rendered.

    Most experiments have no tags, so the tag manager is created when it is first used.

    Args:
        experiment: The experiment.
        resource_type: Its CloudFormation type, by which ``Tags.of(scope)`` can include or exclude it.
        properties: Its other properties.
        declared: The tags that are declared.
    """

    def __init__(
        self, experiment: IConstruct, resource_type: str, properties: Mapping[str, Any], declared: Mapping[str, str]
    ) -> None:
        self._experiment = experiment
        self._resource_type = resource_type
        self._properties = properties
        self._declared = declared
        self._manager: TagManager | None = None

    @property
    def manager(self) -> TagManager:
        """The tag manager of ``Tags.of(scope)``, which may add tags. Synth therefore checks the tags again."""
        if self._manager is None:
            # TagType.STANDARD would render lower-case keys.
            self._manager = TagManager(TagType.MAP, self._resource_type)
            for key, value in self._declared.items():
                self._manager.set_tag(key, value)
            self._experiment.node.add_validation(self)
        return self._manager

    def lazy(self) -> IResolvable:
        """The tags for the template; nothing if there are none."""
        return Lazy.any(self, omit_empty_array=True)

    def produce(self) -> list[dict[str, str]]:
        return tag_list(self._declared if self._manager is None else self._manager.tag_values())

    def validate(self) -> list[str]:
        return in_parameters(property_faults({**self._properties, "Tags": self.produce()}))
