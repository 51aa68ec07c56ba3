"""What went wrong, in a sentence a person can act on; shown at the engine's two borders."""

from __future__ import annotations


class InputError(Exception):
    """The input cannot be used and the person can mend it: one sentence with the way out.

    The command line prints it and exits with 2; a page shows it in a red box. Nothing is lost.
    """


class NotFoundError(InputError):
    """No artifact, job or file answers to the name that was given."""


class Cancelled(BaseException):
    """The person cancelled the job. Not an error, so ``except Exception`` never swallows it."""
