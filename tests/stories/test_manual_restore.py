"""The program in the operations reference restores a site without the controller."""

import json
import subprocess
import sys
import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.sandbox.builders import (
    a_behavior,
    a_distribution,
    a_function,
    a_version,
    edge,
    functions,
    ordered,
)
from tests.stories.site import BUCKET, Site

_PAGE = Path(__file__).parents[2] / "docs" / "operations-reference.md"


def printed_program() -> str:
    """Return the program that the page prints in a here document."""
    page = _PAGE.read_text(encoding="utf-8")
    section = page.partition("\n## Restore by hand from the record\n")[2]
    return textwrap.dedent(section.partition("python3 - <<'END'\n")[2].partition("\nEND\n")[0])


def settings_of(site: Site, distribution_id: str) -> Mapping[str, object]:
    """Return the configuration as the AWS CLI shows it."""
    return site.cloud.cloudfront.get_distribution_config(Id=distribution_id)["DistributionConfig"]


def test_the_record_and_the_printed_program_restore_every_setting(
    site: Site, looks_after: Callable[..., None], tmp_path: Path
) -> None:
    """From the JSON that the AWS CLI prints, for each kind of displaced function."""
    rewrite = a_function(site.cloud, "rewrite")
    auth = a_version(site.cloud, "auth")
    distribution_id = a_distribution(
        site.cloud,
        DefaultCacheBehavior=a_behavior(FunctionAssociations=functions(viewer_request=rewrite)),
        CacheBehaviors=ordered(
            a_behavior(PathPattern="/api/*", LambdaFunctionAssociations=edge(viewer_request=auth)),
            a_behavior(PathPattern="/assets/*"),
        ),
    )
    looks_after(distribution_id)
    before = settings_of(site, distribution_id)
    site.becomes("on")
    assert before != settings_of(site, distribution_id)

    key = f"displaced/{distribution_id}.json"
    site.cloud.s3.download_file(BUCKET, key, str(tmp_path / "record.json"))
    found = site.cloud.cloudfront.get_distribution_config(Id=distribution_id)
    config = tmp_path / "config.json"
    config.write_text(json.dumps(found["DistributionConfig"]), encoding="utf-8")
    subprocess.run([sys.executable, "-c", printed_program()], cwd=tmp_path, check=True)  # noqa: S603 - our own page
    site.cloud.cloudfront.update_distribution(
        Id=distribution_id,
        IfMatch=found["ETag"],
        DistributionConfig=json.loads(config.read_text(encoding="utf-8")),
    )

    assert before == settings_of(site, distribution_id)
