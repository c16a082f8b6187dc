"""What `tools/slim` leaves of botocore's models is all that the controller calls, and whole."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import botocore.session
import pytest
from botocore.loaders import Loader
from botocore.model import ListShape, MapShape, ServiceModel, Shape, StructureShape

from tests.contract.template import ROOT, statements

BOTOCORE = Path(botocore.__file__).parent
SERVICES = ("cloudfront", "cloudfront-keyvaluestore", "events", "lambda", "s3", "scheduler", "ssm")
# A permission that has another name than the operation which needs it, or none.
OPERATIONS = {
    "s3:ListBucket": "ListObjectsV2",
    "lambda:InvokeFunction": "",  # EventBridge calls the controller with it
    "lambda:DisableReplication*": "",
    "lambda:EnableReplication*": "",
    "cloudfront:GetVpcOrigin": "",
}


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the models of a package of the controller and botocore."""
    package = tmp_path_factory.mktemp("package")
    shutil.copytree(ROOT / "controller" / "maintenance", package / "maintenance")
    others = {each.name for each in (BOTOCORE / "data").iterdir() if each.is_dir()} - {*SERVICES}
    ignored = shutil.ignore_patterns("__pycache__", *others)
    shutil.copytree(BOTOCORE, package / "botocore", ignore=ignored)
    subprocess.run([ROOT / "tools" / "slim", package], check=True)  # noqa: S603 - our own tool
    return package / "botocore" / "data"


def _model(service: str, data: Path | None = None) -> ServiceModel:
    loader = (
        Loader(extra_search_paths=[str(data)], include_default_search_paths=False)
        if data
        else botocore.session.Session().get_component("data_loader")
    )
    return ServiceModel(loader.load_service_model(service, "service-2"), service)


def _tree(shape: Shape | None, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the path of each shape that this one contains, itself included."""
    if shape is None or shape.name in above:
        return
    path = (*above, shape.name)
    yield path
    parts: list[Shape] = []
    match shape:
        case StructureShape():
            parts = list(shape.members.values())
        case ListShape():
            parts = [shape.member]
        case MapShape():
            parts = [shape.key, shape.value]
    for each in parts:
        yield from _tree(each, path)


@pytest.mark.parametrize("service", SERVICES)
def test_what_is_left_of_a_model_is_whole(models: Path, service: str) -> None:
    """An operation has every member that it had, and every error can still be caught by name."""
    trimmed, whole = _model(service, models), _model(service)

    assert [each.name for each in trimmed.error_shapes] == [
        each.name for each in whole.error_shapes
    ]
    for name in trimmed.operation_names:
        ours, theirs = trimmed.operation_model(name), whole.operation_model(name)
        for part in ("input_shape", "output_shape"):
            assert set(_tree(getattr(ours, part))) == set(_tree(getattr(theirs, part)))


def test_every_operation_that_the_roles_may_call_is_left(models: Path) -> None:
    """One that were missing would fail at its first call."""
    left = {service: {*_model(service, models).operation_names} for service in SERVICES}
    listed = [statement.get("Action", []) for _, statement in statements()]
    actions = {action for each in listed for action in ([each] if isinstance(each, str) else each)}
    needed = {
        (service, OPERATIONS.get(action, action.partition(":")[2]))
        for action in actions
        if (service := action.partition(":")[0]) in SERVICES and action != "s3:*"
    }

    missing = {
        f"{service}:{name}" for service, name in needed if name and name not in left[service]
    }
    assert not missing


def test_most_of_the_models_is_gone(models: Path) -> None:
    """A client parses its whole model at every cold start."""
    assert "CreateDistribution" not in _model("cloudfront", models).operation_names
    assert (models / "endpoints.json").stat().st_size < 50_000
    [newest] = (each for each in (models / "cloudfront").iterdir())
    assert max((BOTOCORE / "data" / "cloudfront").iterdir()).name == newest.name


def test_the_client_of_s3_can_call_what_botocore_calls_by_itself(models: Path) -> None:
    """After a redirect it asks for the bucket's region."""
    assert {"HeadBucket", "CreateSession"} <= {*_model("s3", models).operation_names}
