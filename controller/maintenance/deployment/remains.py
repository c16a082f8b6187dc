"""What stays after a stack is deleted, why, and the commands that delete it. Pure."""

from collections.abc import Iterator, Mapping

from msgspec import Struct

_EDGE_FUNCTIONS = ("MaintenanceEdge", "MaintenancePage")
_COPIES = "CloudFront's copies of it live for hours, and until then it cannot be deleted"
# The commands of docs/remove.md, with NAME for the name; a test keeps both in step.
_DELETE_FUNCTION = 'aws lambda delete-function --function-name "NAME"'
_DELETE_ROLE = """\
aws iam detach-role-policy --role-name "NAME" \\
  --policy-arn arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole
aws iam delete-role --role-name "NAME"\
"""
_DELETE_VERSIONED_BUCKET = """\
while aws s3api list-object-versions --bucket "NAME" --no-paginate --output json \\
    --query '{Objects: [Versions, DeleteMarkers][].{Key: Key, VersionId: VersionId}}' > versions.json &&
  grep -q '"Key"' versions.json &&
  test "$(aws s3api delete-objects --bucket "NAME" --delete file://versions.json \\
    --query Errors --output text | tee /dev/stderr)" = None
do :; done
aws s3api delete-bucket --bucket "NAME"\
"""  # noqa: E501 - a line of that page
_DELETE_SWITCH = """\
for NAME in $(aws ssm get-parameters-by-path --path "SWITCH/windows" --recursive \\
    --query 'Parameters[].Name' --output text); do
  aws ssm delete-parameter --name "$NAME"
done
aws ssm delete-parameter --name "SWITCH"\
"""
_DELETE_BUCKET = """\
aws s3 rm --recursive "s3://NAME"
aws s3api delete-bucket --bucket "NAME"\
"""
_DELETE_LOGS = """\
for REGION in $(aws ec2 describe-regions --query 'Regions[].RegionName' --output text); do
  for GROUP in $(aws logs describe-log-groups --region "$REGION" --output text \\
      --log-group-name-prefix "NAME" --query 'logGroups[].logGroupName'); do
    aws logs delete-log-group --region "$REGION" --log-group-name "$GROUP"
  done
done\
"""


class Remain(Struct, frozen=True):
    """Something that stays: its name and kind, why, and lines for a shell that delete it."""

    name: str
    kind: str
    reason: str
    commands: str


def remains(
    physical_ids: Mapping[str, str], *, stack: str, switch: str, packages: str
) -> Iterator[Remain]:
    """
    Yield what a deleted stack leaves; docs/remove.md explains it.

    `physical_ids` are those of its resources by logical id, `packages` is the bucket of its code,
    '' if another tool keeps that.
    """
    for each in _EDGE_FUNCTIONS:
        if name := physical_ids.get(each):
            yield _remain(name, "Lambda function", _COPIES, _DELETE_FUNCTION)
    if name := physical_ids.get("MaintenanceEdgeRole"):
        yield _remain(name, "IAM role", "both functions use this role", _DELETE_ROLE)
    if name := physical_ids.get("StateBucket"):
        reason = "it holds your page, and the records of displaced functions"
        yield _remain(name, "S3 bucket", reason, _DELETE_VERSIONED_BUCKET)
    reason = "a new stack with this switch continues with it and its windows"
    yield Remain(switch, "SSM parameters", reason, _DELETE_SWITCH.replace("SWITCH", switch))
    if packages:
        reason = "other stacks may have their code in it"
        yield _remain(packages, "S3 bucket", reason, _DELETE_BUCKET)
    logs = f"/aws/lambda/us-east-1.{stack}-Maintenance"
    reason = "Lambda@Edge wrote logs whose names begin so, in each Region that answered a visitor"
    yield _remain(logs, "CloudWatch log groups", reason, _DELETE_LOGS)


def _remain(name: str, kind: str, reason: str, commands: str) -> Remain:
    return Remain(name, kind, reason, commands.replace("NAME", name))
