"""
What a call to AWS can fail with, so that every adapter makes a sentence of all of it.

    ClientError            the service refused
    BotoCoreError          it was not reached, or did not answer
    ResponseParserError    its XML was garbled, which botocore counts as neither
"""

from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

type Fault = ClientError | BotoCoreError | ResponseParserError

FAULTS = (ClientError, BotoCoreError, ResponseParserError)
