"""Whether what a run decided is still desired, asked before an older decision is written."""

from collections.abc import Callable


class StillWanted:
    """The run's own question; a run that has not asked one yet is wanted."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Begin a run: forget the question of the last one."""
        self._is_wanted: Callable[[], bool] = lambda: True

    def continue_while(self, is_wanted: Callable[[], bool]) -> None:
        """Go on only while `is_wanted` returns True."""
        self._is_wanted = is_wanted

    def __call__(self) -> bool:
        """Return whether the run should go on."""
        return self._is_wanted()
