"""The report: Markdown, with a section for each question. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from live_check.clean_up import Left
from live_check.question import Answer

FINISH = "make live-check CLEAN=1 CONFIRM={account_id}"


@dataclass(slots=True)
class Findings:
    """What a run has found out so far."""

    account_id: str
    endpoint_url: str | None
    began: datetime
    answers: list[Answer] = field(default_factory=list)
    stopped: str = ""
    left: tuple[Left, ...] = ()

    def markdown(self) -> str:
        """Return the report."""
        return "\n".join((*self._head(), *self._answers(), *self._left(), ""))

    def _head(self) -> Iterator[str]:
        yield "# Live check"
        yield ""
        yield f"Account {self.account_id}, begun {self.began:%Y-%m-%d %H:%M} UTC."
        if self.endpoint_url:
            yield f"**Against the sandbox at {self.endpoint_url}: this answers nothing about AWS.**"
        if self.stopped:
            yield f"**It stopped before the end: {self.stopped}**"

    def _answers(self) -> Iterator[str]:
        for each in sorted(self.answers, key=lambda found: found.question.number):
            yield ""
            yield f"## {each.question.number}. {each.question.text}"
            yield ""
            if each.sentences:
                yield from (f"- {sentence}" for sentence in each.sentences)
            else:
                yield f"Cannot be asked here: {each.reason}"

    def _left(self) -> Iterator[str]:
        yield ""
        yield "## Left behind"
        yield ""
        if not self.left:
            yield "Nothing."
            return
        yield from (f"- {each.what}: {each.reason}" for each in self.left)
        yield ""
        if any(each.is_replica for each in self.left):
            yield "CloudFront deletes the replicas of an edge function within hours,"
            yield "and only then can the function be deleted. Until then it costs nothing."
        yield f"To finish: `{FINISH.format(account_id=self.account_id)}`"
