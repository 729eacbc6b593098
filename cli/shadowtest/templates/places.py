"""The place in a template of a fault that the parser found."""

from shadowtest.templates.node import Mapping, Node, Place, Sequence


def place_of(properties: Node, path: str, otherwise: Place) -> Place:
    """The place of the nearest key that exists on a path such as ``ModelVariants[0].ModelName``.

    Keys come from the user and may contain dots. So the keys are compared with the path, instead of splitting the path.
    """
    place, node = otherwise, properties
    while path:
        if isinstance(node, Mapping):
            at = [entry for entry in node.entries if _begins(path, entry.key)]
            if not at:
                return place
            # The longest key matches. Of equal keys, CloudFormation uses the last one.
            entry = max(reversed(at), key=lambda entry: len(entry.key))
            place, node, path = entry.place, entry.value, path[len(entry.key) :].removeprefix(".")
        elif isinstance(node, Sequence) and path.startswith("["):
            index, _, rest = path[1:].partition("]")
            if not index.isdigit() or int(index) >= len(node.items):
                return place
            node = node.items[int(index)]
            place, path = node.place, rest.removeprefix(".")
        else:
            return place
    return place


def _begins(path: str, key: str) -> bool:
    return path == key or path.startswith((f"{key}.", f"{key}["))
