"""
What can go wrong, as one tree. Each message is a sentence that names the thing and the remedy.

    MaintenanceError
    ├── ConfigurationError        the owner's to mend: a setting, a parameter's value, a command
    │   ├── UnreadableValue       a parameter holds something that is not understood
    │   └── PageRefused           a file under page/, or a message, that no page can be made of
    ├── EventRefused              an event of a shape that means nothing here; nothing was changed
    ├── ObservationError          the world could not be read; nothing was changed
    │   └── NoteUnreadable        a note in the state bucket is not ours or not a note
    ├── ApplyError                one distribution was left as it was
    │   ├── StaleObservation      somebody else wrote first: observe and plan again
    │   └── Throttled             too many updates for now: wait, or leave it to the next try
    └── RunFailed                 the run did what it could; the report says what it could not
"""


class MaintenanceError(Exception):
    """Everything this package raises on purpose."""


class ConfigurationError(MaintenanceError):
    """A setting, a parameter's value or a command has to be mended by its owner."""


class UnreadableValue(ConfigurationError):
    """A parameter holds a value that is not understood; the message quotes it and the grammar."""


class PageRefused(ConfigurationError):
    """A file under page/ or a message is unusable; the message names it and the remedy."""


class EventRefused(MaintenanceError):
    """An event of a shape that means nothing here. Nothing was changed."""


class ObservationError(MaintenanceError):
    """The world could not be read. Nothing was changed."""


class RecordUnreadable(ObservationError):
    """A note in the state bucket belongs to somebody else or is not a note at all."""


class ApplyError(MaintenanceError):
    """One distribution was left as it was."""


class StaleObservation(ApplyError):
    """Somebody else wrote first: what was observed is no longer so. Observe and plan again."""


class Throttled(ApplyError):
    """CloudFront takes no more updates for now: wait, or leave it to the next try."""


class RunFailed(MaintenanceError):
    """The run did what it could; its report names what it could not do."""
