"""PyYAML's loader, with libyaml's parser if it is available, which is several times as fast."""

from typing import Any

import yaml
from yaml.composer import Composer

if yaml.__with_libyaml__:

    class _WithLibYaml(Composer, yaml.CSafeLoader):
        """Composes in Python, which raises a RecursionError. The binding's own composer crashes on a deep template."""

        def __init__(self, text: str) -> None:
            yaml.CSafeLoader.__init__(self, text)
            Composer.__init__(self)


LOADER: type[Any] = _WithLibYaml if yaml.__with_libyaml__ else yaml.SafeLoader
