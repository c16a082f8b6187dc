"""A shop behind the sandbox's edge, which tests close with the edge handler and open again."""

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from tests.cloud import Cloud, eventually
from tests.edge.builders import EDGE_HANDLER, settings_values
from tests.sandbox.builders import a_behavior, a_distribution, a_role, change_default, edge

# For browsers every name below localhost is loopback and a secure context, so that they keep Secure
# cookies without a certificate (W3C, Secure Contexts, section 3.1).
HOST = "shop.localhost"
_METHODS = ("GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE")
_SHIPPED = (".py", ".html", ".css", ".js", ".json")
TITLE = "We’ll be back soon"  # noqa: RUF001 -- an apostrophe as people set it
TEXTS = {
    "en": {"title": TITLE, "message": "We are moving the shop to a faster home."},
    "de": {"title": "Wir sind gleich zurück", "message": "Wir ziehen mit dem Laden um."},
}


_NO_FILES: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Shop:
    """A distribution in front of an origin, and the address that a browser opens."""

    cloud: Cloud
    distribution_id: str
    url: str

    def close(self, files: Mapping[str, str] = _NO_FILES, /, **settings: object) -> None:
        """Attach the edge handler with these settings changed and these files added."""
        package = edge_package(settings, files)
        function = self.cloud.functions.create_function(
            FunctionName="maintenance",
            Runtime="python3.13",
            Handler="viewer_request.handler",
            Role=a_role(self.cloud, "maintenance"),
            Code={"ZipFile": package},
            Timeout=5,
            MemorySize=128,
            Publish=True,
        )
        version = f"{function['FunctionArn'].removesuffix(':1')}:1"
        self._deploy(LambdaFunctionAssociations=edge(viewer_request=version))

    def change(self, **settings: object) -> None:
        """Attach another version, with other settings, as the controller publishes it."""
        self.cloud.functions.update_function_code(
            FunctionName="maintenance", ZipFile=edge_package(settings, {})
        )
        version = self.cloud.functions.publish_version(FunctionName="maintenance")
        self._deploy(LambdaFunctionAssociations=edge(viewer_request=version["FunctionArn"]))

    def open(self) -> None:
        """Detach the edge handler."""
        self._deploy(LambdaFunctionAssociations={"Quantity": 0})

    def _deploy(self, **members: object) -> None:
        change_default(self.cloud, self.distribution_id, **members)
        eventually(self._is_deployed)

    def _is_deployed(self) -> bool:
        answer = self.cloud.cloudfront.get_distribution(Id=self.distribution_id)
        return answer["Distribution"]["Status"] == "Deployed"


def a_shop(cloud: Cloud, origin_port: int) -> Shop:
    """Put a distribution in front of the origin on this loopback port."""
    cloud.sandbox.set(deploy_seconds=0)
    distribution_id = a_distribution(
        cloud,
        Aliases={"Quantity": 1, "Items": [HOST]},
        DefaultRootObject="index.html",
        Origins=_items(_origin(origin_port)),
        DefaultCacheBehavior=a_behavior(
            AllowedMethods={**_items(*_METHODS), "CachedMethods": _items("GET", "HEAD")}
        ),
    )
    port = cloud.sandbox.endpoint_url.rpartition(":")[2]
    return Shop(cloud, distribution_id, f"http://{HOST}:{port}/")


def edge_package(settings: dict[str, object], changed: Mapping[str, str]) -> bytes:
    """Return the edge handler as it would be deployed with these changes."""
    files = {str(file.relative_to(EDGE_HANDLER)): file.read_bytes() for file in _shipped_files()}
    values = settings_values(**{"texts": TEXTS, **settings})
    files["defaults/settings.json"] = json.dumps(values).encode()
    files |= {name: content.encode() for name, content in changed.items()}
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return package.getvalue()


def _shipped_files() -> list[Path]:
    found = (file for suffix in _SHIPPED for file in EDGE_HANDLER.rglob(f"*{suffix}"))
    return sorted(file for file in found if file.name != "bypass.json")


def _items(*items: object) -> dict[str, Any]:
    return {"Quantity": len(items), "Items": list(items)}


def _origin(port: int) -> dict[str, Any]:
    return {
        "Id": "origin",
        "DomainName": "127.0.0.1",
        "CustomOriginConfig": {
            "HTTPPort": port,
            "HTTPSPort": 8443,
            "OriginProtocolPolicy": "http-only",
        },
    }
