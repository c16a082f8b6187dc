"""Values that try to deceive a reader of the log."""

import io
import json
from collections.abc import Callable

import pytest
from maintenance.errors import RunFailed

from tests.sandbox.builders import a_distribution
from tests.stories.site import Site


def test_a_value_cannot_forge_a_line_of_the_log(
    site: Site, looks_after: Callable[..., None], log: io.StringIO
) -> None:
    """Each line is one JSON document, without characters that a terminal acts on."""
    looks_after(a_distribution(site.cloud))

    with pytest.raises(RunFailed, match="must be one line of text"):
        site.becomes('on: late"}\n{"level":"INFO","message":"forged"}\r\x1b[2J\x9b31m\u202e')

    lines = log.getvalue().splitlines()
    assert any('"cause":"parameter change"' in line for line in lines)
    assert [] == [line for line in lines if "forged" == json.loads(line)["message"]]
    assert log.getvalue().replace("\n", "").isprintable()
