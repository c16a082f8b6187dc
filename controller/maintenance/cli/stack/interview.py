"""Ask the questions of a first deployment in the terminal."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from msgspec import Struct
from rich.console import RenderableType
from rich.padding import Padding
from rich.prompt import Prompt
from rich.table import Table
from rich.text import Text

from maintenance.cli.terminal import Terminal
from maintenance.deployment.parameters import Parameter
from maintenance.deployment.questions import (
    Choice,
    Question,
    default_of,
    open_questions,
    read_answer,
)
from maintenance.errors import ConfigurationError

# More would scroll the question away; ids and patterns can be typed as well.
_MOST_SHOWN = 20


class Interview(Struct, frozen=True):
    """
    The questions about one stack.

    `choices` finds what the account has for a parameter; `refusals` yields why a value of a
    parameter cannot be deployed. Both take the answers so far.
    """

    terminal: Terminal
    parameters: Mapping[str, Parameter]
    choices: Callable[[str, Mapping[str, str]], Sequence[Choice]]
    refusals: Callable[[str, str, Mapping[str, str]], Iterator[str]]

    def ask(self, given: Mapping[str, str], *, stack: str, usual_stack: str) -> dict[str, str]:
        """Return the given values, and an answer for each question that they leave open."""
        answers = dict(given)
        to_ask = open_questions(given)
        for number, question in enumerate(to_ask, start=1):
            parameter = self.parameters[question.parameter]
            default = default_of(parameter, stack=stack, usual_stack=usual_stack)
            choices = self.choices(question.parameter, answers)
            self._show(question, parameter, choices, f"{number} of {len(to_ask)}")
            answers[question.parameter] = self._answer(question, default, choices, answers)
        return answers

    def _show(
        self, question: Question, parameter: Parameter, choices: Sequence[Choice], number: str
    ) -> None:
        console = self.terminal.err
        console.print()
        console.print(Text.assemble((f"{number}  ", "dim"), (question.text, "bold")))
        console.print(Padding(Text(parameter.description), (0, 0, 0, 2)))
        if parameter.allowed:
            console.print(Text(f"  One of {', '.join(parameter.allowed)}."))
        elif choices:
            console.print(_list(choices))
            console.print(Text(f"  {question.how_to_choose}"))
        console.print(Text(f"  Example: {question.example}", style="dim"))

    def _answer(
        self,
        question: Question,
        default: str | None,
        choices: Sequence[Choice],
        answers: Mapping[str, str],
    ) -> str:
        """Ask until there is an answer that can be deployed."""
        while True:
            typed = self._typed(question.parameter, default)
            answer = read_answer(typed, choices)
            refusals = tuple(self.refusals(question.parameter, answer, answers))
            if not refusals:
                return answer
            for each in refusals:
                self.terminal.error(f"  {each}")

    def _typed(self, name: str, default: str | None) -> str:
        hint = "" if default is None else f" ({default or 'nothing'})"
        try:
            typed = Prompt.ask(
                Text(f"  {name}{hint}"),
                console=self.terminal.err,
                default="",
                show_default=False,
            )
        except EOFError as error:
            raise ConfigurationError(
                "the questions have no answer: run this in a terminal, or give the answers as "
                "options (site-maintenance deploy --help)"
            ) from error
        except KeyboardInterrupt:
            raise KeyboardInterrupt("Interrupted: nothing was deployed.") from None
        return typed.strip() or (default or "")


def _list(choices: Sequence[Choice]) -> RenderableType:
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(justify="right")
    grid.add_column()
    grid.add_column(overflow="fold", style="dim")
    for number, each in enumerate(choices[:_MOST_SHOWN], start=1):
        grid.add_row(str(number), each.value, each.name)
    if len(choices) > _MOST_SHOWN:
        grid.add_row("", f"and {len(choices) - _MOST_SHOWN} more", "")
    return Padding(grid, (0, 0, 0, 2))
