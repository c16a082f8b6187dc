"""
What a call to AWS can fail with, so that every adapter makes a sentence of all of it.

    ClientError            the service refused
    BotoCoreError          it was not reached, or did not answer
    ResponseParserError    its XML was garbled, which botocore counts as neither
"""

from collections.abc import Callable

from botocore.exceptions import BotoCoreError, ClientError, IncompleteReadError
from botocore.parsers import ResponseParserError

type Fault = ClientError | BotoCoreError | ResponseParserError

FAULTS = (ClientError, BotoCoreError, ResponseParserError)


def called_again_if_cut[Answer](call: Callable[[], Answer]) -> Answer:
    """
    Return the answer of a call that can be made twice, once more if its answer was cut short.

    AWS has carried out such a call, and botocore does not try it again (see `whole_answers`).
    """
    try:
        return call()
    except IncompleteReadError:
        return call()
