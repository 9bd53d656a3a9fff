"""The small tree of errors that a person may see.

Every message names what it is about (source, stream, file, metric, check), what was expected and
found, and the next step. The command line prints the message and exits with `exit_code`; a user
never sees a traceback for a mistake of theirs. Errors of a programmer do not belong here.
"""

from __future__ import annotations


class EmbudoError(Exception):
    """Something that the person at the keyboard can fix."""

    exit_code = 1


class SettingsInvalid(EmbudoError):
    """`embudo.yml` or the environment has a value that Embudo cannot work with."""

    exit_code = 2


class SeedInvalid(EmbudoError):
    """A seed has a value that nothing can be built from: named by file, line and column."""

    exit_code = 2


class SourceError(EmbudoError):
    """A source cannot be read: a file is missing, locked or not of its format."""

    exit_code = 3


class ContractBroken(EmbudoError):
    """A load does not have the columns or types of its stream's contract."""

    exit_code = 3


class BuildFailed(EmbudoError):
    """dbt could not parse, compile or build the models."""

    exit_code = 4


class GateFailed(EmbudoError):
    """A candidate did not pass the quality gate; nothing was published."""

    exit_code = 5


class WaiverInvalid(EmbudoError):
    """A waiver names a check that the gate does not have or that could not run, or gives no reason."""

    exit_code = 2


class PublicationRefused(EmbudoError):
    """A release cannot be published: no valid receipt, a stale file, or a corrupt candidate."""

    exit_code = 6


class RefreshRunning(EmbudoError):
    """Another refresh holds the lock."""

    exit_code = 7


class ReleaseCorrupt(EmbudoError):
    """A release is missing, incomplete, or does not match its checksums."""

    exit_code = 8


class LandingCorrupt(EmbudoError):
    """A landed file is missing or does not match its checksum."""

    exit_code = 8


class ResourceExhausted(EmbudoError):
    """Disk or memory are used up."""

    exit_code = 10


class QueryInvalid(EmbudoError):
    """A query names a metric, dimension, grain or filter that does not exist or is not allowed."""

    exit_code = 9
