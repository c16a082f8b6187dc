"""
Check the docs: `make check-docs`; with --write it first writes what is made from the code.

Links, anchors and named tests exist, every command can be typed, the tables of
docs/configuration.md say what template.yaml says, both JSON Schemas are those of the types, and the
figures about pages are those of the corpus.
"""

import argparse
import sys
from collections.abc import Iterator

from tests.contract.template import load_template
from tools.check_docs import commands, corpus, event_schema, references, schema, tables
from tools.check_docs.pages import ROOT, all_pages, blocks, inline

# Their sh blocks can be typed as they stand; those of other pages may be examples.
_TYPED = {ROOT / "README.md", *(ROOT / "docs").glob("*.md")}


def main() -> int:
    """Print what is wrong, a line for each error, and return the exit code."""
    arguments = argparse.ArgumentParser(prog="make check-docs", description=__doc__)
    arguments.add_argument("--write", action="store_true", help="write tables and schema first")
    if arguments.parse_args().write:
        tables.PAGE.write_text(_with_tables(), encoding="utf-8")
        schema.FILE.write_text(schema.schema(), encoding="utf-8")
        event_schema.FILE.write_text(event_schema.event_schema(), encoding="utf-8")
        for name, text in corpus.pages().items():
            (ROOT / name).write_text(text, encoding="utf-8")
    found = list(_errors())
    sys.stderr.writelines(f"{error}\n" for error in found)
    return int(bool(found))


def _errors() -> Iterator[str]:
    for page in all_pages():
        name, text = page.relative_to(ROOT), page.read_text(encoding="utf-8")
        found = [*references.errors(page)]
        found += [error for code in inline(text) for error in commands.inline_errors(code)]
        if page in _TYPED:
            typed = [words for block in blocks(text) for words in commands.commands(block)]
            found += [error for words in typed for error in commands.errors(words)]
        yield from (f"{name}: {error}" for error in found)
    if _with_tables() != tables.PAGE.read_text(encoding="utf-8"):
        yield f"{tables.PAGE.relative_to(ROOT)}: older than template.yaml; run make docs"
    if not schema.FILE.exists() or schema.schema() != schema.FILE.read_text(encoding="utf-8"):
        yield f"{schema.FILE.relative_to(ROOT)}: older than the answers' types; run make docs"
    if event_schema.event_schema() != event_schema.FILE.read_text(encoding="utf-8"):
        yield f"{event_schema.FILE.relative_to(ROOT)}: older than the events; run make docs"
    for file, expected in corpus.pages().items():
        if expected != (ROOT / file).read_text(encoding="utf-8"):
            yield f"{file}: older than the corpus of pages; run make docs"


def _with_tables() -> str:
    return tables.with_tables(tables.PAGE.read_text(encoding="utf-8"), load_template())


if __name__ == "__main__":
    sys.exit(main())
