"""Keep a process that talks to the sandbox apart from its user's AWS account and proxies."""

import os
from collections.abc import MutableMapping

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def isolate(environment: MutableMapping[str, str]) -> None:
    """
    Remove every setting of AWS from `environment`, and exempt loopback from its proxies.

    Otherwise a profile that does not exist fails each call, and so does a proxy, which looks for
    127.0.0.1 on its own machine. The proxies stay: `sam build` downloads packages.
    """
    for name in [each for each in environment if each.startswith("AWS_")]:
        del environment[name]
    environment["AWS_CONFIG_FILE"] = environment["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull
    exempt = environment.get("no_proxy") or environment.get("NO_PROXY") or ""
    hosts = dict.fromkeys(filter(None, [*exempt.replace(" ", "").split(","), *_LOOPBACK]))
    environment["no_proxy"] = environment["NO_PROXY"] = ",".join(hosts)
