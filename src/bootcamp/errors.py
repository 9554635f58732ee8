"""Every error that a user may see: one line, what is wrong and what to do next."""

__all__ = [
    "AlreadyRunning",
    "BootcampError",
    "BuildError",
    "CohortError",
    "FinalsError",
    "ForkFailed",
    "GradingError",
    "HandInRefused",
    "InvitationError",
    "NotRunning",
    "PortInUse",
    "RoiInputRefused",
    "SandboxUnavailable",
    "TooManyAttempts",
    "UnknownName",
    "UsageError",
    "WrongPassword",
]


class BootcampError(Exception):
    """Something that the person at the keyboard can act on; `code` is stable for programs."""

    code = "error"
    exit_status = 1


class UsageError(BootcampError):
    """The call itself is wrong."""

    code = "usage"
    exit_status = 2


class CohortError(BootcampError):
    """The cohort file or a people list cannot be used."""

    code = "cohort"


class UnknownName(BootcampError):
    """A person, team, homework or session that the cohort or the course does not have."""

    code = "unknown_name"


class AlreadyRunning(BootcampError):
    """A bootcamp already runs on this data folder."""

    code = "already_running"


class NotRunning(BootcampError):
    """The command needs a running bootcamp and none runs on this data folder."""

    code = "not_running"


class PortInUse(BootcampError):
    """Another program holds the port."""

    code = "port_in_use"


class SandboxUnavailable(BootcampError):
    """This machine cannot isolate what citizens run."""

    code = "sandbox_unavailable"


class InvitationError(BootcampError):
    """An invitation is unknown, used or expired."""

    code = "invitation"


class WrongPassword(BootcampError):
    """A login and password that do not go together."""

    code = "wrong_password"


class TooManyAttempts(BootcampError):
    """Too many wrong passwords in a short time."""

    code = "too_many_attempts"


class HandInRefused(BootcampError):
    """A hand-in that cannot be accepted, with the reason for the one who handed it in."""

    code = "hand_in_refused"


class GradingError(BootcampError):
    """Grading cannot go on for a reason that the facilitator can mend."""

    code = "grading"


class ForkFailed(BootcampError):
    """No sandbox could be started for a notebook; nothing is said about the notebook."""

    code = "fork"


class FinalsError(BootcampError):
    """A final run cannot start or be kept."""

    code = "finals"


class RoiInputRefused(BootcampError):
    """A number or a source that a return on investment cannot rest on; names the field."""

    code = "roi_input"

    def _render_traceback_(self) -> list[str]:
        """Stand in a notebook as this one line; IPython asks for it."""
        return [str(self)]


class BuildError(BootcampError):
    """Notebooks cannot be built from their sources, or differ from them."""

    code = "build"
