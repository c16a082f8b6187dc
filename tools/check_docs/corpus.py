"""
What becomes of the pages in tests/corpus: the figure in docs/edge.md, and the table of its README.

Both are computed by the code that judges pages; `make docs` writes them.
"""

from benchmarks.results.table import between_markers
from tests.contract.template import ROOT
from tests.corpus.shapes import SHAPES, Outcome, Shape, outcome_of

PAGE = ROOT / "docs" / "edge.md"
TABLE = ROOT / "tests" / "corpus" / "README.md"

_VERBS = {
    Outcome.AS_IT_IS: "work as they are",
    Outcome.AFTER_STEPS: "work after the steps of `page put`",
    Outcome.REFUSED: "are refused with the remedy",
}
_MARKS = {Outcome.AS_IT_IS: "as it is", Outcome.AFTER_STEPS: "after steps", Outcome.REFUSED: "no"}


def pages() -> dict[str, str]:
    """Return both texts, by path from the root, as they should be."""
    found = [(shape, *outcome_of(shape)) for shape in SHAPES]
    outcomes = [outcome for _, outcome, _ in found]
    counts = ", ".join(f"{outcomes.count(each)} {_VERBS[each]}" for each in Outcome)
    figure = (
        f"Of {len(SHAPES)} pages that we wrote in the shapes of real ones, {counts}: "
        "[the corpus](../tests/corpus/README.md)."
    )
    rows = [_row(shape, outcome, errors) for shape, outcome, errors in found]
    table = "\n".join(("| page | works | settings, or why not |", "|---|---|---|", *rows))
    texts = {PAGE: ("corpus", figure), TABLE: ("table", table)}
    return {
        str(file.relative_to(ROOT)): between_markers(file.read_text(encoding="utf-8"), *text)
        for file, text in texts.items()
    }


def _row(shape: Shape, outcome: Outcome, errors: tuple[str, ...]) -> str:
    about = ", ".join(f"`{name}`" for name in shape.settings)
    if errors:
        about = errors[0].removeprefix("page/page.html").lstrip(", ")
    # A tag would be markup, and a pipe a cell.
    about = about.replace("<", "&lt;").replace("|", "\\|").replace("{{", "{&#123;")
    return f"| [{shape.name}](pages/{shape.name}.html) | {_MARKS[outcome]} | {about} |"
