"""
What to do about each error, and where the docs say more. Pure.

An error says what happened, to what and why, for logs and alarms. At night the remedy comes first.
"""

from msgspec import Struct

from maintenance.cli.own_command import stack_option


class Remedy(Struct, frozen=True):
    """
    What to do about errors with these words, and the section of the docs that says more.

    In the action, {stack} stands for the option that names the stack in a command. The error
    `passes` if the controller continues by itself.
    """

    words: str
    action: str
    section: str
    passes: bool = False

    def action_for(self, stack: str) -> str:
        """Return what to do at a stack."""
        return self.action.replace("{stack}", stack_option(stack))


_PAGE = "docs/operations-reference.md#"
_EDGE = f"{_PAGE}the-edge-function-and-the-page"
_PARAMETERS = "docs/configuration.md#parameters"
_WAIT = "Wait: CloudFront accepts a few updates a minute, and the controller continues by itself."
_NEXT_RUN = "Nothing: the next run applies the new desired state."
_SITE_IS_FINE = (
    "Wait: the site is as it should be. If it lasts, check the controller's permissions."
)
_UNKNOWN = Remedy("", "", f"{_PAGE}errors")

# The first row counts whose words are in the error. One that names a cause comes before others.
REMEDIES = (
    Remedy(
        "the standby function is not attached there",
        "Run `site-maintenance standby attach{stack}`: it attaches it, or says what prevents that.",
        "docs/standby-attach.md",
    ),
    Remedy(
        "a maintenance closes what ExceptPaths names",
        "Detach the function there, or name the paths in allowed_paths of page/settings.json.",
        f"{_PAGE}the-standby-engine",
    ),
    Remedy(
        "has the standby function and is no target",
        "Deploy with the distribution in Distributions, or detach the function there.",
        f"{_PAGE}the-standby-engine",
    ),
    Remedy(
        "the program of the standby function",
        "Compose it again with `site-maintenance standby compose FILE --put{stack}`, or remove it "
        "with --remove.",
        "docs/standby-attach.md",
    ),
    Remedy(
        "these functions must be restored and one may no longer exist",
        "Create the function again, or attach another in its place; then run "
        "`site-maintenance sweep{stack}`.",
        f"{_PAGE}a-displaced-function-is-gone",
    ),
    Remedy(
        "although that maintenance is over",
        "Attach what belongs there in place of the maintenance function, or detach it.",
        f"{_PAGE}an-old-configuration-was-written-back",
    ),
    Remedy(
        "must be restored, and CloudFront does not accept it",
        "Detach the function at viewer-response; then run `site-maintenance sweep{stack}`.",
        f"{_PAGE}a-displaced-function-does-not-fit",
    ),
    Remedy(
        "which the maintenance function had displaced",
        "Attach what belongs there; the controller keeps what you do.",
        f"{_PAGE}a-displaced-function-does-not-fit",
    ),
    Remedy(
        "the record of displaced functions",
        "Repair the record, or attach what belongs there yourself.",
        f"{_PAGE}a-record-cannot-be-used",
    ),
    Remedy(
        "it is closed by the stack",
        "Name the distribution in only one of the two stacks.",
        _PARAMETERS,
    ),
    Remedy(
        "ExistingFunctions is refuse",
        "Detach that function, or deploy with ExistingFunctions=displace.",
        _PARAMETERS,
    ),
    Remedy("Throttling", _WAIT, f"{_PAGE}reasons-that-aws-gives", passes=True),
    Remedy("time for it in this run", _WAIT, f"{_PAGE}distributions", passes=True),
    Remedy("no time was left", _WAIT, f"{_PAGE}reasons-that-aws-gives", passes=True),
    Remedy("was skipped:", _NEXT_RUN, f"{_PAGE}distributions", passes=True),
    Remedy(
        "the desired state changed",
        _NEXT_RUN,
        f"{_PAGE}the-switch-windows-and-settings",
        passes=True,
    ),
    *(
        Remedy(
            code,
            "Wait: someone else is writing. If it lasts, CloudTrail says who.",
            f"{_PAGE}reasons-that-aws-gives",
            passes=True,
        )
        for code in ("PreconditionFailed", "ConditionalRequestConflict")
    ),
    Remedy(
        "TooManyLambdaFunctionAssociations",
        "Name behaviors that may stay open in ExceptPaths, or ask AWS for a higher quota.",
        f"{_PAGE}reasons-that-aws-gives",
    ),
    Remedy("AccessDenied", "Grant the permission that is missing.", "docs/iam.md"),
    Remedy(
        "does not exist, so it neither closes nor opens",
        "Write the switch: `site-maintenance off{stack}`, or `on`.",
        f"{_PAGE}the-switch-is-invalid-or-missing",
    ),
    *(
        Remedy(words, _SITE_IS_FINE, f"{_PAGE}the-status-events-and-the-alarm-clock", passes=True)
        for words in ("cannot be announced", "the alarm clock cannot be set", "/status cannot be")
    ),
    Remedy(
        "is Pending, and CloudFront",
        "Wait: Lambda is preparing the version, and the controller tries again in a minute.",
        _EDGE,
        passes=True,
    ),
    Remedy(
        "the edge version ", "Deploy the stack again.", f"{_PAGE}the-edge-function-and-the-page"
    ),
    Remedy(
        "cannot be read",
        "Wait: the controller reads again each minute. If it lasts, check its permissions.",
        "docs/iam.md",
        passes=True,
    ),
    Remedy(
        "the switch ",
        "Write the switch again: `site-maintenance off{stack}`, or `on`.",
        f"{_PAGE}the-switch-is-invalid-or-missing",
    ),
    Remedy(
        "the skip ",
        "Skip the window again: `site-maintenance windows skip{stack}`, or take the skip out with "
        "--undo.",
        "docs/windows.md#skip-a-window",
    ),
    Remedy(
        "the window ",
        "Write the window again: `site-maintenance windows set{stack}`.",
        "docs/windows.md#what-is-refused",
    ),
    Remedy(
        "MaxDistributions allows",
        "Match fewer distributions, or deploy with a higher MaxDistributions.",
        _PARAMETERS,
    ),
    Remedy(
        "distribution of this account has an alias like",
        "Deploy with Distributions corrected.",
        _PARAMETERS,
    ),
    Remedy("there is no distribution", "Deploy with Distributions corrected.", _PARAMETERS),
    Remedy(
        "a fallback is used",
        "Nothing for now: the site closes with another page, and the next run tries again.",
        _EDGE,
        passes=True,
    ),
    Remedy(
        "page/",
        "Correct the file and upload it again; until then the last good page is shown.",
        "docs/edge.md#what-is-refused",
    ),
    Remedy(
        "is stuck: it has been InProgress",
        "Look at the AWS Health Dashboard and ask AWS Support.",
        "docs/operations.md#it-is-stuck",
    ),
)


def remedy_of(error: str) -> Remedy:
    """Return what to do about an error; without an action if only its own sentence says that."""
    return next((each for each in REMEDIES if each.words in error), _UNKNOWN)
