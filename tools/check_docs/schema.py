"""
The JSON Schema of what `--json` answers, made from the types by msgspec; `make docs` writes it.

`properties` names the commands, and what each answers.
"""

import json
from typing import Any

from maintenance.cli.documents import (
    BypassLinkDocument,
    BypassRevocationDocument,
    BypassTokensDocument,
    DeploymentDocument,
    DoctorDocument,
    FailedRunDocument,
    HistoryDocument,
    PageChangeDocument,
    PageCheckDocument,
    PlanDocument,
    RemovalDocument,
    StatusDocument,
    WindowChangeDocument,
    WindowsDocument,
)
from maintenance.cli.fleet.documents import FleetDocument
from maintenance.cli.standby.documents import AttachmentDocument, CompositionDocument
from maintenance.reporting.report import OutcomeDocument, ReportDocument
from msgspec import Struct
from msgspec.json import schema_components

from tests.contract.template import ROOT

# Each command with `--json`, and the types of what it may answer.
ANSWERS: dict[str, tuple[type[Struct], ...]] = {
    "status, on, off, extend": (StatusDocument,),
    "plan": (PlanDocument,),
    "windows": (WindowsDocument,),
    "windows set, windows skip, windows remove": (WindowChangeDocument,),
    "history": (HistoryDocument,),
    "sweep": (ReportDocument, FailedRunDocument),
    "restore": (OutcomeDocument,),
    "page check": (PageCheckDocument,),
    "page put, page remove": (PageChangeDocument,),
    "bypass create": (BypassLinkDocument,),
    "bypass list": (BypassTokensDocument,),
    "bypass revoke": (BypassRevocationDocument,),
    "standby attach, standby detach": (AttachmentDocument,),
    "standby compose": (CompositionDocument,),
    "doctor": (DoctorDocument,),
    "fleet": (FleetDocument,),
    "deploy": (DeploymentDocument,),
    "destroy": (RemovalDocument,),
}

FILE = ROOT / "docs" / "json-schema.json"


def schema() -> str:
    """Return the text of the file."""
    types = [each for answers in ANSWERS.values() for each in answers]
    references, definitions = schema_components(types, ref_template="#/$defs/{name}")
    by_type = dict(zip(types, references, strict=True))
    document: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "What the commands of site-maintenance answer with --json",
        "properties": {
            command: _one_of([by_type[each] for each in answers])
            for commands, answers in ANSWERS.items()
            for command in commands.split(", ")
        },
        "$defs": definitions,
    }
    return json.dumps(document, indent=2) + "\n"


def _one_of(references: list[dict[str, Any]]) -> dict[str, Any]:
    return references[0] if len(references) == 1 else {"anyOf": references}
