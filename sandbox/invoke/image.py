"""
Say which image a function runs in.

    AWS's image  ours   used
    -----------  -----  -----------------------------------------------
    there        any    AWS's
    not there    there  ours: whoever built it cannot pull AWS's
    not there    none   AWS's, pulled; where that fails, an error says how to build ours
"""

from samcli.local.docker.lambda_image import LambdaImage, Runtime

from sandbox.invoke.engine import docker
from sandbox.invoke.errors import InvocationError

OURS = "site-local/lambda-python:3.13"
RUNTIME = "python3.13"
ARCHITECTURE = "x86_64"


def image_of_aws() -> str:
    """Return the name of the image that the SAM CLI takes for the functions' runtime."""
    repository = LambdaImage._INVOKE_REPO_PREFIX  # noqa: SLF001 - only the SAM CLI knows the name
    return f"{repository}/{Runtime.get_image_name_tag(RUNTIME, ARCHITECTURE)}"


def image_that_is_there() -> str | None:
    """Return the name of the image to use of those that are there, None where none is."""
    return next(
        (each for each in (image_of_aws(), OURS) if docker("images", "--quiet", each)), None
    )


def choose_image() -> str:
    """Return the name of an image that is there; InvocationError where there is none to get."""
    if there := image_that_is_there():
        return there
    aws = image_of_aws()
    try:
        docker("pull", "--quiet", aws)
    except InvocationError as error:
        raise InvocationError(
            f"AWS's image cannot be pulled: build one with sudo make lambda-image. ({error})"
        ) from error
    return aws
