"""One change of one function, and what became of it."""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """What became of a mutant: a test failed, or it never came to an end, or nothing happened."""

    KILLED = "killed"
    ENDLESS = "endless"
    SURVIVED = "survived"


@dataclass(frozen=True, slots=True)
class Mutant:
    """
    One change of one function, told by the lines that it changes.

    `name` is mutmut's and counts the mutants of a function, so it moves with every edit; `function`
    (`windows.Window.until`), `was` and `becomes`, as Python would write them, are what stays.
    """

    name: str
    function: str
    was: str
    becomes: str

    @property
    def module(self) -> str:
        """The pure module that the function is in."""
        return self.function.partition(".")[0]

    @property
    def key(self) -> str:
        """What tells it from others for as long as its function stays as it is."""
        return f"{self.function}: {self.was} -> {self.becomes}"

    @property
    def reached(self) -> str:
        """The name under which mutmut records that a test reached the function."""
        return self.name.partition("__mutmut_")[0]
