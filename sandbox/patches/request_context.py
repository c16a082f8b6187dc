"""The account and region of the request that ministack is serving."""

from ministack.core import responses


def account_id() -> str:
    """Return the twelve digits of the account."""
    account: str = responses.get_account_id()
    return account


def region() -> str:
    """Return the region's name."""
    name: str = responses.get_region()
    return name


def arn(service: str, resource: str) -> str:
    """Return the ARN of a regional resource of this account and region."""
    return f"arn:aws:{service}:{region()}:{account_id()}:{resource}"
