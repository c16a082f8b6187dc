"""
What a stack's status allows. Pure.

    status                                             a deployment
    -------------------------------------------------  ----------------------------------------
    none, REVIEW_IN_PROGRESS                           creates it
    ROLLBACK_COMPLETE                                  deletes the remains, then creates it
    any other ..._IN_PROGRESS                          is refused: something is under way
    DELETE_FAILED, ROLLBACK_FAILED, CREATE_FAILED      is refused: it has to be destroyed
    UPDATE_ROLLBACK_FAILED                             is refused: CloudFormation has to go back
    any other                                          updates it
"""

from enum import StrEnum

from maintenance.errors import ConfigurationError


class Step(StrEnum):
    """How a deployment begins."""

    CREATE = "create"
    CREATE_AGAIN = "create again"
    UPDATE = "update"


def first_step(stack: str, status: str | None) -> Step:
    """Return how to deploy a stack; raise ConfigurationError if its status forbids it."""
    match status:
        case None | "REVIEW_IN_PROGRESS":
            return Step.CREATE
        case "ROLLBACK_COMPLETE":
            return Step.CREATE_AGAIN
        case "DELETE_FAILED" | "ROLLBACK_FAILED" | "CREATE_FAILED":
            raise ConfigurationError(
                f"the stack {stack} is {status}: remove it with site-maintenance destroy --stack "
                f"{stack}, then deploy again"
            )
        case "UPDATE_ROLLBACK_FAILED":
            raise ConfigurationError(
                f"the stack {stack} is {status}: run `aws cloudformation continue-update-rollback "
                f"--stack-name {stack}`, then deploy again"
            )
        case str() if status.endswith("_IN_PROGRESS"):
            raise ConfigurationError(
                f"the stack {stack} is {status}: wait until that is done, then deploy again"
            )
    return Step.UPDATE
