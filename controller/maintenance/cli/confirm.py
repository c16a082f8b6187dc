"""Ask the operator before something is written."""

from rich.prompt import Confirm
from rich.text import Text

from maintenance.cli.terminal import Terminal
from maintenance.errors import ConfigurationError


def confirm(terminal: Terminal, question: str, *, is_confirmed: bool) -> bool:
    """
    Return whether the operator agrees; `is_confirmed` is whether --yes was typed.

    Raises ConfigurationError if no person can be asked, and says on the terminal if nothing is
    written.
    """
    if is_confirmed:
        return True
    if not terminal.is_interactive:
        raise ConfigurationError("not a terminal, cannot ask: add --yes")
    try:
        agreed = Confirm.ask(Text(question), console=terminal.err, default=False)
    except EOFError:
        agreed = False
    except KeyboardInterrupt:
        raise KeyboardInterrupt("Interrupted: nothing was written.") from None
    if not agreed:
        terminal.info("Nothing was written.")
    return agreed
