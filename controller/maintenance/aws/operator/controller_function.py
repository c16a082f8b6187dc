"""Invokes the deployed controller, with the operator's credentials."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from botocore.config import Config
from botocore.exceptions import ReadTimeoutError
from msgspec import Struct

from maintenance.aws.errors import CALL_ERRORS, error_code
from maintenance.errors import ApplyError, RunFailed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_lambda import LambdaClient

# A run lasts 15 minutes at most, and a second call would start a second run.
INVOKE_CLIENT = Config(
    retries={"mode": "standard", "total_max_attempts": 1}, connect_timeout=5, read_timeout=910
)
_THROTTLED = "TooManyRequestsException"


class ControllerFunction(Struct, frozen=True):
    """The function `arn` of a deployed controller."""

    client: LambdaClient
    arn: str

    def invoke(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """
        Return the controller's answer to an event.

        Raises RunFailed with the controller's own errors if the run failed, ApplyError if Lambda
        did not run it.
        """
        try:
            answer = self.client.invoke(FunctionName=self.arn, Payload=json.dumps(event).encode())
            payload: dict[str, Any] = json.loads(answer["Payload"].read())
        except ReadTimeoutError as error:
            raise ApplyError(
                "the controller has not answered within 15 minutes: its log says what it does"
            ) from error
        except CALL_ERRORS as error:
            raise ApplyError(self._refusal(error)) from error
        if answer.get("FunctionError"):
            raise RunFailed(str(payload.get("errorMessage") or "it ended without an error message"))
        return payload

    def _refusal(self, error: Exception) -> str:
        if error_code(error) == _THROTTLED:
            return (
                "Lambda has no concurrency left for the controller: try again, and deploy with "
                "ReservedConcurrency to keep some for it"
            )
        return f"the controller {self.arn} cannot be invoked: {error}"
