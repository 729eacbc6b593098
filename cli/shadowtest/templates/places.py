"""Where in a template a fault of the parser's is."""

from shadowtest.templates.node import Mapping, Node, Place, Sequence


def place_of(properties: Node, path: str, otherwise: Place) -> Place:
    """The place of the nearest key that exists on a path such as ``ModelVariants[0].ModelName``.

    Keys are the user's own and may hold dots, so they are compared rather than the path split.
    """
    place, node = otherwise, properties
    while path:
        if isinstance(node, Mapping):
            at = [entry for entry in node.entries if _begins(path, entry.key)]
            if not at:
                return place
            # Of two keys the longer one, of two equal ones the last one, which counts.
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
