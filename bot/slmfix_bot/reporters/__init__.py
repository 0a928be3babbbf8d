"""A report as text: one output per module, and one line here. Reporters print nothing; the command line does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from slmfix_bot.core.report import Report


@dataclass(frozen=True, kw_only=True)
class Style:
    """How text for people looks; formats for programs ignore it. `width` is in columns; the default does not wrap."""

    color: bool = False
    width: int = 10_000


Render = Callable[["Report", Style], str]


class Registry(Mapping[str, Render]):
    """Reporters by the name of their format; the module (which has a function `render`) is imported at first use."""

    def __init__(self, modules: Mapping[str, str]) -> None:
        self._modules = dict(modules)

    def __getitem__(self, name: str) -> Render:
        render: Render = import_module(f"slmfix_bot.reporters.{self._modules[name]}").render
        return render

    def __contains__(self, name: object) -> bool:
        return name in self._modules

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __len__(self) -> int:
        return len(self._modules)


REPORTERS = Registry(
    {
        "rich": "terminal",
        "json": "json_report",
        "sarif": "sarif",
        "github": "annotations",
        "rdjson": "rdjson",
        "markdown": "summary",
    }
)
