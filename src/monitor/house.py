"""Where the bundled seeds and spiders lie: beside `src` in a checkout or editable install, else in the package.

Knows nothing of what is in them.
"""

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from monitor.errors import ConfigError

_PACKAGE = Path(__file__).resolve().parent
_CHECKOUT = _PACKAGE.parents[1]


def seeds() -> Path:
    """The directory that holds the bundled `sources/` and `lexicon/`."""
    return _find("seeds")


def spiders() -> Path:
    """The directory of the bundled `spiders` package."""
    return _find("spiders")


def install_spiders(own: Path | None = None) -> str:
    """`spiders` is importable, the user's own directory searched first; its name is returned for SPIDER_MODULES.

    Loaded by path, because a bare `spiders` on sys.path could be anybody's.
    """
    module = sys.modules.get("spiders")
    here = str(spiders())
    if module is None or here not in getattr(module, "__path__", ()):
        spec = spec_from_file_location("spiders", spiders() / "__init__.py", submodule_search_locations=[here])
        if spec is None or spec.loader is None:
            raise ConfigError(f"{here}: no spiders package; install the monitor again")
        module = module_from_spec(spec)
        sys.modules["spiders"] = module
        spec.loader.exec_module(module)
    if own is not None and own.is_dir() and str(own) not in module.__path__:
        module.__path__.insert(0, str(own))
    return "spiders"


def _find(name: str) -> Path:
    for place in (_PACKAGE / f"_{name}", _CHECKOUT / name):
        if place.is_dir():
            return place
    raise ConfigError(f"bundled {name}/ found neither in {_PACKAGE} nor in {_CHECKOUT}; install the monitor again")
