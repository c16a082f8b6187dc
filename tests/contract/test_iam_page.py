"""docs/iam.md explains each permission of the template, and lists what no test proves."""

import re
from collections.abc import Set as AbstractSet

from tests.contract.template import ROOT, statements
from tests.stack.operations import OPERATIONS
from tests.stack.permissions import Permission, permissions_of_the_template
from tests.stack.standby_operations import STANDBY_OPERATIONS


def _rows(heading: str) -> list[list[str]]:
    """Return the cells of the first table under a heading."""
    page = (ROOT / "docs" / "iam.md").read_text(encoding="utf-8")
    section = page.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    table = re.search(r"(?:^\|.*\n)+", section, re.MULTILINE)
    lines = table.group().splitlines()[2:] if table else []
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def _words(cell: str) -> list[str]:
    return re.findall(r"`(.+?)`", cell)


def _statements_of_the_page() -> list[tuple[str, str, list[str], str, str]]:
    """Return role, statement, actions, resource and reason of each row."""
    own = [
        [f"`{where}`", *cells]
        for heading, where in (
            ("The controller's role", "Controller"),
            ("With the engine attach", "AttachPolicy"),
            ("With the engine standby", "StandbyPolicy"),
        )
        for cells in _rows(heading)
    ]
    return [
        (_words(cells[0])[0], _words(cells[1])[0], _words(cells[2]), cells[3], cells[4])
        for cells in [*own, *_rows("Other roles and policies")]
    ]


def _not_tested() -> set[Permission]:
    return {
        Permission(*_words(" ".join(cells[:3]))) for cells in _rows("What the sandbox cannot judge")
    }


def _names(permissions: AbstractSet[Permission]) -> list[str]:
    return sorted(map(str, permissions))


def test_the_page_lists_exactly_the_permissions_of_the_template() -> None:
    """Action by action, in the template's words."""
    documented = {
        Permission(where, statement, action)
        for where, statement, actions, _, _ in _statements_of_the_page()
        for action in actions
        if ":" in action
    }

    assert [] == _names(permissions_of_the_template() - documented)
    assert [] == _names(documented - permissions_of_the_template())


def test_every_permission_has_an_operation_or_is_listed_as_not_tested() -> None:
    """Not both."""
    permissions = permissions_of_the_template()

    tested = OPERATIONS.keys() | STANDBY_OPERATIONS.keys()
    assert [] == _names(permissions - tested - _not_tested())
    assert [] == _names((tested | _not_tested()) - permissions)
    assert [] == _names(tested & _not_tested())


def test_a_permission_that_is_not_tested_names_a_page_of_aws() -> None:
    """The guide and its page, so that a reader can check it."""
    pages = [cells[3] for cells in _rows("What the sandbox cannot judge")]

    assert [] == [page for page in pages if not re.match(r"[A-Z].+ Guide, [a-z0-9-]+", page)]


def test_a_statement_applies_to_all_resources_only_if_iam_knows_no_narrower_one() -> None:
    """The page says so, with AWS's page as the source."""
    on_all = {
        (name, statement["Sid"])
        for name, statement in statements()
        if statement["Effect"] == "Allow" and "*" in _listed(statement["Resource"])
    }
    explained = {
        (where, statement)
        for where, statement, _, resource, reason in _statements_of_the_page()
        if resource == "`*`"
        and re.search(r"no narrower resource .*\(Service Authorization Reference, \w+\)", reason)
    }

    assert on_all == explained


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]
