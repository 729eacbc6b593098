"""A reader that records what the parser reads, as JSON Schema draft-07."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from inference_experiment_handler.spec.limits import Number, Text
from inference_experiment_handler.spec.reader import DURATION, INTEGER, OPAQUE, Faults, Read, Reader
from inference_experiment_handler.spec.text import either, iso_duration
from shadowtest.schema.values import number, or_function, pattern, text

Schema = dict[str, Any]


class SchemaReader(Reader):
    """Reports every property as present and not known yet, so that the parser reads all of them.

    Checks across properties, and checks that the parser makes without the reader, are not in the schema. So the schema
    accepts more.
    """

    def __init__(self, path: str = "") -> None:
        super().__init__({}, Faults(), path, opaque=lambda _: False)
        # The schema of a map is known once the parser has read the map.
        self._properties: dict[str, Callable[[], Schema]] = {}
        self._required: list[str] = []
        self._any_key = False
        self._types: dict[str, SchemaReader] = {}

    @property
    def schema(self) -> Schema:
        if self._any_key:
            return {"type": "object"}
        properties = {key: or_function(schema()) for key, schema in self._properties.items()}
        required = {"required": self._required} if self._required else {}
        if self._types:
            (key,) = self._required
            of_types = [
                {"if": {"properties": {key: {"const": kind}}, "required": [key]}, "then": reader.schema}
                for kind, reader in self._types.items()
            ]
            return {"type": "object", "properties": properties, **required, "allOf": of_types}
        return {"type": "object", "properties": properties, **required, "additionalProperties": False}

    def text(self, key: str, rule: Text, *, required: bool = False) -> Any:
        return self._note(key, lambda: text(rule), required)

    def texts(self, key: str, rule: Text, *, at_most: int, required: bool = False) -> Any:
        many = {"type": "array", "minItems": 1, "maxItems": at_most}
        return self._note(key, lambda: {**many, "items": or_function(text(rule))}, required)

    def texts_by_key(self, key: str, keys: Text, values: Text, *, at_most: int) -> Any:
        names = {"minLength": keys.shortest, "maxLength": keys.longest}
        some = {"type": "object", "maxProperties": at_most, "propertyNames": names}
        return self._note(key, lambda: {**some, "additionalProperties": or_function(text(values))})

    def number(self, key: str, rule: Number) -> Any:
        return self._note(key, lambda: number(rule))

    def integer(self, key: str, allowed: range, *, required: bool = False) -> Any:
        lowest, highest = allowed[0], allowed[-1]
        said = {"description": f"An integer from {lowest} to {highest}."}
        number = {"type": ["integer", "string"], "minimum": lowest, "maximum": highest, "pattern": pattern(INTEGER)}
        return self._note(key, lambda: {**said, **number}, required)

    def boolean(self, key: str) -> Any:
        return self._note(key, lambda: {"enum": [True, False, "true", "false"]})

    def choice(self, key: str, allowed: Sequence[str]) -> Any:
        return self._note(key, lambda: {"description": f"{either(allowed)}.", "enum": list(allowed)})

    def instant(self, key: str) -> Any:
        said = "An ISO 8601 timestamp with a time zone, such as 2030-01-31T12:00:00Z."
        return self._note(key, lambda: {"description": said, "type": "string"})

    def duration(self, key: str, *, required: bool = False) -> Any:
        said = (
            f"An ISO 8601 duration, such as {iso_duration(timedelta(days=7))} or {iso_duration(timedelta(hours=12))}."
        )
        return self._note(key, lambda: {"description": said, "type": "string", "pattern": pattern(DURATION)}, required)

    def child(self, key: str, *, required: bool = False) -> "SchemaReader":
        child = SchemaReader(self.at(key))
        self._note(key, lambda: child.schema, required)
        return child

    def children(self, key: str, *, count: range, required: bool = False) -> list[Reader] | None:
        child = SchemaReader(f"{self.at(key)}[0]")
        many = {"type": "array", "minItems": count[0], "maxItems": count[-1]}
        self._note(key, lambda: {**many, "items": or_function(child.schema)}, required)
        return [child]

    def of_type(self, key: str, readers: "Mapping[str, Callable[[Reader], Read]]") -> "Read | None":
        for kind, read in readers.items():
            reader = SchemaReader(self._path)
            reader._note(key, partial(dict, const=kind))
            read(reader)
            self._types[kind] = reader
        self._note(key, lambda: {"description": f"{either(tuple(readers))}.", "enum": list(readers)}, required=True)
        return None

    def items(self) -> list[tuple[str, Any]]:
        self._any_key = True
        return [("", OPAQUE)]

    def has(self, key: str) -> bool:  # noqa: ARG002
        return True

    def finish(self, *, ignoring: Sequence[str] = (), of: str = "") -> None:  # noqa: ARG002
        self._properties.update(dict.fromkeys(ignoring, dict))

    def refuse(self, key: str, why: str) -> None:
        pass

    def fault(self, key: str, problem: str) -> None:
        pass

    def _note(self, key: str, schema: Callable[[], Schema], required: bool = False) -> Any:
        self._properties[key] = schema
        if required:
            self._required.append(key)
        return OPAQUE
