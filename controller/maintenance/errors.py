"""
What can go wrong, as one tree. Each message is a sentence that names the thing and the remedy.

    MaintenanceError
    ├── ConfigurationError        the owner has to correct a setting, a parameter or a command
    │   ├── UnreadableValue       a parameter holds an invalid value
    │   └── PageRefused           a file under page/ or a message cannot be made into a page
    ├── EventRefused              an event of an unknown shape; nothing was changed
    ├── ObservationError          AWS could not be read; nothing was changed
    │   └── RecordUnreadable      a record of displaced functions is damaged or another stack's
    ├── ApplyError                one distribution was left as it was
    │   ├── StaleObservation      another writer came first: read and plan again
    │   ├── Superseded            the desired state has changed: the next run decides
    │   ├── FunctionRefused       a function may have been deleted: select a version again
    │   └── Throttled             too many calls for now: wait, or leave it to the next run
    └── RunFailed                 the run did what it could; its report names what it could not do
"""


class MaintenanceError(Exception):
    """Everything this package raises on purpose."""


class ConfigurationError(MaintenanceError):
    """The owner has to correct a setting, a parameter's value or a command."""


class UnreadableValue(ConfigurationError):
    """A parameter holds an invalid value; the message quotes it and the grammar."""


class PageRefused(ConfigurationError):
    """A file under page/ or a message is unusable; the message names it and the remedy."""


class EventRefused(MaintenanceError):
    """An event has an unknown shape. Nothing was changed."""


class ObservationError(MaintenanceError):
    """AWS could not be read. Nothing was changed."""


class RecordUnreadable(ObservationError):
    """A record of displaced functions in the state bucket is damaged or another stack's."""


class ApplyError(MaintenanceError):
    """One distribution was left as it was."""


class StaleObservation(ApplyError):
    """Another writer came first, so what was read is out of date: read and plan again."""


class Superseded(ApplyError):
    """What this run decided is no longer desired, so it wrote nothing: the next run decides."""


class FunctionRefused(ApplyError):
    """CloudFront does not accept a function of the update: it may have been deleted."""


class Throttled(ApplyError):
    """CloudFront accepts no more calls for now: wait, or leave it to the next run."""


class RunFailed(MaintenanceError):
    """The run did what it could; its report names what it could not do."""
