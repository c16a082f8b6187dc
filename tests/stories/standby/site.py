"""A site of the standby engine, whose function is attached and reads a store."""

import asyncio
from datetime import datetime
from typing import Any

import httpx
from maintenance.standby.state import State, decode_state
from msgspec import Struct

from sandbox.edge.function_runtime import run_function
from sandbox.edge.interface import LiveFunction
from tests.sandbox.builders import a_behavior, a_distribution, a_function, a_store, functions, put
from tests.stories.site import Site

FUNCTION = "site-standby"
_DATA = "cloudfront-keyvaluestore:"
_OPEN = "function handler(event) { return event.request; }"


class StandbySite(Struct, frozen=True):
    """The store and the function of a site, in the words that the stories use."""

    site: Site
    store: str
    function: str

    @property
    def name(self) -> str:
        """Return the name of its function and of its store."""
        return f"{self.site.name}-standby"

    def environment(self) -> dict[str, str]:
        """Return the variables that the template gives the controller for this engine."""
        return {
            "ENGINE": "standby",
            "STANDBY_FUNCTION": self.name,
            "STANDBY_STORE_ARN": self.store,
        }

    def a_distribution(self, reference: str = "first", **members: object) -> str:
        """Create a distribution whose default behavior has the function; return its id."""
        default = a_behavior(FunctionAssociations=functions(viewer_request=self.function))
        return a_distribution(
            self.site.cloud, reference, **{"DefaultCacheBehavior": default, **members}
        )

    def keys(self) -> dict[str, str]:
        """Return all keys of the store."""
        pages = self.site.cloud.key_values.get_paginator("list_keys").paginate(KvsARN=self.store)
        return {each["Key"]: each["Value"] for page in pages for each in page["Items"]}

    def state(self) -> State:
        """Return what the store says."""
        found = decode_state(self.keys()["state"])
        assert found is not None
        return found

    def puts(self, **values: str) -> None:
        """Change keys by hand."""
        put(self.site.cloud, self.store, values)

    def live_code(self) -> str:
        """Return the published code."""
        found = self.site.cloud.cloudfront.get_function(Name=self.name, Stage="LIVE")
        return found["FunctionCode"].read().decode()

    def calls(self) -> list[str]:
        """Return the calls of the store and of distributions' configurations so far, in order."""
        names = [each["operation"] for each in self.site.cloud.sandbox.calls()]
        return [name.removeprefix(_DATA) for name in names if name.startswith(_DATA)]

    def visitor_at(self, instant: datetime, path: str = "/", **headers: str) -> dict[str, Any]:
        """Return what the function answers when the edge's clock says this instant."""
        clock = f"Date.now = () => {int(instant.timestamp() * 1000)};"
        function = LiveFunction(clock + self.live_code(), self.keys())
        request = {
            "method": "GET",
            "uri": path,
            "querystring": {},
            "cookies": {},
            "headers": {name: {"value": value} for name, value in headers.items()},
        }
        event = {"request": request, "viewer": {"ip": "203.0.113.7"}}
        answer: Any = asyncio.run(run_function(function, event, seconds=60))
        return dict(answer)

    def visit(
        self, distribution_id: str, accept: str = "text/plain", path: str = "/"
    ) -> httpx.Response:
        """Return a visitor's response, after all edge locations have what was written."""
        self.site.cloud.sandbox.finish_deployments()
        made = self.site.cloud.cloudfront.get_distribution(Id=distribution_id)["Distribution"]
        headers = {"Host": made["DomainName"], "Accept": accept}
        return httpx.get(
            f"{self.site.cloud.sandbox.endpoint_url}{path}", headers=headers, timeout=60
        )


def make_standby_site(site: Site) -> StandbySite:
    """Make the store and the function as the template does; the function lets all through."""
    name = f"{site.name}-standby"
    store = a_store(site.cloud, name)
    return StandbySite(site, store, a_function(site.cloud, name, code=_OPEN, store=store))
