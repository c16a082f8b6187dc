"""
Write an AWS error the way the service's own protocol does, so that every SDK reads its code.

    service            body
    -----------------  -------------------------------------------------------------------
    s3                 <Error><Code/><Message/></Error>
    cloudfront, query  <ErrorResponse><Error><Type/><Code/><Message/></Error></ErrorResponse>
    all others         {"__type": code, "message": ...}, and the code in x-amzn-errortype
"""

import json
import uuid
from dataclasses import dataclass
from xml.sax.saxutils import escape

from sandbox.api.asgi import Answer

_XML_SERVICES = frozenset({"cloudfront", "cloudformation", "iam", "sts"})
_SERVER_ERROR = 500


@dataclass(frozen=True, slots=True)
class Refusal:
    """An AWS error: its code, its sentence, its HTTP status."""

    code: str
    message: str
    status: int = 400


def answer(refusal: Refusal, service: str) -> Answer:
    """Return `refusal` in the protocol of `service`."""
    request_id = str(uuid.uuid4())
    if service == "s3":
        return Answer(refusal.status, {"Content-Type": "application/xml"}, _s3(refusal, request_id))
    if service in _XML_SERVICES:
        return Answer(refusal.status, {"Content-Type": "text/xml"}, _xml(refusal, request_id))
    headers = {
        "Content-Type": "application/x-amz-json-1.1",
        "x-amzn-errortype": refusal.code,
        "x-amzn-requestid": request_id,
    }
    body = json.dumps({"__type": refusal.code, "message": refusal.message})
    return Answer(refusal.status, headers, body.encode())


def _s3(refusal: Refusal, request_id: str) -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<Error><Code>{escape(refusal.code)}</Code><Message>{escape(refusal.message)}</Message>"
        f"<RequestId>{request_id}</RequestId></Error>"
    ).encode()


def _xml(refusal: Refusal, request_id: str) -> bytes:
    fault = "Sender" if refusal.status < _SERVER_ERROR else "Receiver"
    return (
        '<?xml version="1.0"?>\n<ErrorResponse><Error>'
        f"<Type>{fault}</Type><Code>{escape(refusal.code)}</Code>"
        f"<Message>{escape(refusal.message)}</Message></Error>"
        f"<RequestId>{request_id}</RequestId></ErrorResponse>"
    ).encode()
