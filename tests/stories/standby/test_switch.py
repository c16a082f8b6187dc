"""On and off with the standby engine: a write of the store, and the distribution stays as it is."""

from tests.stories.standby.site import StandbySite


def test_on_closes_and_off_opens(standby: StandbySite, distribution_id: str) -> None:
    """Without a deployment."""
    before = standby.site.config(distribution_id)
    assert 503 != standby.visit(distribution_id).status_code

    standby.site.becomes("on")
    closed = standby.visit(distribution_id)
    standby.site.becomes("off")
    opened = standby.visit(distribution_id)

    assert (503, "on") == (closed.status_code, closed.headers["x-maintenance"])
    assert 503 != opened.status_code
    assert before == standby.site.config(distribution_id)
