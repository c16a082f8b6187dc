"""
What must be armed when everything rests, judged by the versions' own descriptions.

    the site          armed is
    ----------------  ------------------------------------------------------------------------
    any               nothing that begins at another instant than the next start, if that is near
    live, one near    every behavior that maintenance closes, at each distribution that loses
                      nothing by that and is open
"""

import re
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from tests.cloud import Cloud
from tests.simulation.reference_model import DistributionModel
from tests.stories.site import PAGE_NAME

LEAD_TIME = timedelta(minutes=15)
_FROM = re.compile(r", from (\S+Z)")

type Armed = Mapping[str, datetime]


def find_armed(cloud: Cloud, now: datetime) -> Armed:
    """Return the versions that let visitors through now, by their ARNs, and until when."""
    listed = cloud.functions.list_versions_by_function(FunctionName=PAGE_NAME)["Versions"]
    found = {each["FunctionArn"]: _FROM.search(each["Description"]) for each in listed}
    begins = {arn: datetime.fromisoformat(each[1]) for arn, each in found.items() if each}
    return {arn: at for arn, at in begins.items() if at > now}


def check_armed(
    model: DistributionModel, armed: Armed, *, start: datetime | None, is_live: bool, open_path: str
) -> None:
    """Fail unless a distribution is armed by the table of this module; `start` is that near."""
    assert {armed[each] for each in _attached(model) if each in armed} <= {start}
    paths = set(model.by_path) - {open_path}
    conflicts = any(one.conflicts for path in paths for one in model.by_path[path].others)
    may_arm = is_live and not (conflicts or model.undecided or model.closing(armed))
    if start and may_arm:
        assert paths == model.closed


def _attached(model: DistributionModel) -> Collection[str]:
    return {each.ours for each in model.by_path.values()}
