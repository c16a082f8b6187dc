"""
`on` and `off`: write the switch, with the end as people type it.

Times become the exact form of the switch: `on until tomorrow 6:00` writes `on until` and that
instant.
"""

import argparse

from maintenance.cli.arguments import Commands
from maintenance.cli.context import Context
from maintenance.cli.exit_code import ExitCode
from maintenance.cli.switch.typed_switch import split_message, switch_value
from maintenance.cli.switch.write import add_writing_options, write_switch

_HELP = {
    "on": "close the site, for 90m or until 04:00 if you say so",
    "off": "open the site; until Sunday 04:00 skips the windows until then",
}
_EXAMPLES = {
    "on": """\
examples:
  site-maintenance on for 90m
  site-maintenance on for 90m --message 'New database' --wait
  site-maintenance on until tomorrow 6:00
  site-maintenance on until 2026-12-01T04:00+01:00 --yes
""",
    "off": """\
examples:
  site-maintenance off
  site-maintenance off --wait
  site-maintenance off until Sunday 04:00     skips the windows until then
""",
}


def add_arguments(commands: Commands, shared: argparse.ArgumentParser) -> None:
    """Add the commands `on` and `off`."""
    for word, effect in (("on", "close the site"), ("off", "open the site")):
        change = commands.add_parser(
            word,
            parents=[shared],
            help=_HELP[word],
            description=f"Write the switch, to {effect}, and watch until CloudFront accepts it.",
            epilog=_EXAMPLES[word],
        )
        change.add_argument("words", nargs="*", metavar="for 90m | until 04:00")
        add_writing_options(change, message="message for visitors")
        change.set_defaults(run=run)


def run(arguments: argparse.Namespace, context: Context) -> ExitCode:
    """Write the switch."""
    typed = split_message(arguments.words, arguments.message)
    session = context.connect()
    zone = session.app.settings.time_zone
    value = switch_value(arguments.command, typed, now=session.app.clock(), zone=zone)
    return write_switch(value, arguments, session)
