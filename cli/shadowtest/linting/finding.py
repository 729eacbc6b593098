"""What is found in templates."""

from dataclasses import dataclass

from shadowtest.templates.node import Place


@dataclass(frozen=True)
class Finding:
    """One fault.

    ``path`` starts at the root of the template. ``property_path`` starts at the resource's properties, if the fault is
    in them.
    """

    file: str
    place: Place
    path: str
    message: str
    resource: str | None = None
    property_path: str | None = None

    @property
    def sentence(self) -> str:
        """The fault in one sentence, with its path."""
        if self.property_path is not None:
            return f"{self.resource}: {self.property_path} {self.message}"
        return f"{self.path} {self.message}"


@dataclass(frozen=True)
class Resource:
    """An experiment that a template declares."""

    file: str
    logical_id: str
    place: Place
    not_checked: str | None = None
    """Why it is not known whether it has faults."""


@dataclass(frozen=True)
class Report:
    resources: tuple[Resource, ...]
    findings: tuple[Finding, ...]

    @property
    def not_checked(self) -> tuple[Resource, ...]:
        return tuple(resource for resource in self.resources if resource.not_checked)

    def of(self, resource: Resource) -> tuple[Finding, ...]:
        return tuple(
            finding
            for finding in self.findings
            if (finding.file, finding.resource) == (resource.file, resource.logical_id)
        )
