"""From a command line to an exit code: every known error becomes one sentence."""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
import traceback
from collections.abc import Iterator
from typing import NoReturn

from flows.cli.app import EXIT_INTERRUPTED, EXIT_TERMINATED, EXIT_USAGE, InputError, app

_TERMINATED = threading.Event()


def main() -> None:
    """The entry point: every known error becomes one sentence on standard error and an exit code."""
    import logging

    logging.getLogger().addHandler(logging.NullHandler())
    signal.signal(signal.SIGTERM, _terminate)
    message, code = _call()
    # The error is gone here; what its frames held (database handles) must go too, or DuckDB tells of leaks at exit.
    gc.collect()
    if message:
        print(f"verifier: {message}", file=sys.stderr)
    server = sys.modules.get("flows.server")
    if server and server.GONE.is_set():
        sys.stderr.flush()
        os._exit(code)  # at a usual exit Prefect would try for minutes to reach it
    sys.exit(code)


def _terminate(signum: int, frame: object) -> NoReturn:
    """End as on Ctrl-C: the run is marked FAILED and Prefect's server is shut down on the way out."""
    _TERMINATED.set()  # within a statement DuckDB raises an error of its own, and the exit is lost
    sys.exit(EXIT_TERMINATED)


def _call() -> tuple[str, int]:
    """Run the command; the message to print, if any, and the exit code."""
    try:
        try:
            app()
        finally:
            sys.stdout.flush()
    except BaseException as error:
        for cause in _causes(error):  # Prefect keeps the error, and with it what its frames hold
            traceback.clear_frames(cause.__traceback__)
        return _ending(error)
    return "", 0


def _ending(error: BaseException) -> tuple[str, int]:
    """Typer turns Ctrl-C and a broken pipe into exits; the exception before the exit tells which it was."""
    causes = list(_causes(error))
    codes: list[object] = [cause.code for cause in causes if isinstance(cause, SystemExit)]
    if _is_ours(error):
        return sentence_of(error), EXIT_USAGE
    is_cut = any(_was_cut(cause) for cause in causes)
    is_asked = any(type(cause).__name__ == "TerminationSignal" for cause in causes)  # as Prefect raises it
    if EXIT_TERMINATED in codes or is_asked or (is_cut and _TERMINATED.is_set()):
        return "terminated; what was saved before stays saved", EXIT_TERMINATED
    # On Ctrl-C Prefect's server stops too; Prefect then fails to reach it, which is no news.
    if is_cut or any(isinstance(cause, KeyboardInterrupt) for cause in causes):
        return "interrupted; what was saved before stays saved", EXIT_INTERRUPTED
    if isinstance(error, SystemExit | BrokenPipeError) and any(isinstance(c, BrokenPipeError) for c in causes):
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # else Python flushes into the pipe once more at exit
        return "", _code_of(codes) if isinstance(error, BrokenPipeError) else 0  # it may have come after the last word
    if not isinstance(error, SystemExit):
        return sentence_of(error), EXIT_USAGE
    return "", _code_of(codes[:1])


def _code_of(codes: list[object]) -> int:
    """As Python has it: what is neither a number nor None is a failure."""
    code = next(iter(codes), None)
    return code if isinstance(code, int) else int(code is not None)


def _was_cut(error: BaseException) -> bool:
    from verifier.store import was_interrupted  # not at the top: it takes half a second

    return type(error) is RuntimeError and was_interrupted(error)


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause:
        yield cause
        cause = cause.__cause__ or cause.__context__


def _is_ours(error: BaseException) -> bool:
    return isinstance(error, InputError) or type(error).__module__.split(".")[0] in ("corpus", "verifier", "flows")


def sentence_of(error: BaseException) -> str:
    """One sentence for any error; ours already say what to do."""
    text = " ".join(str(error).split()) or type(error).__name__
    if _is_ours(error):
        return text
    if isinstance(error, OSError) and not error.filename and (wrong := _wrong_authorities()):
        return wrong
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror or text}; free the disk or check the path and try again"
    return f"unexpected {type(error).__name__}: {text}; please report this with the command that you gave"


def _wrong_authorities() -> str:
    """What is wrong with SSL_CERT_FILE, which Prefect reads as it is imported, whatever is fetched; mostly nothing."""
    if not (named := os.environ.get("SSL_CERT_FILE")):
        return ""
    import ssl

    try:
        ssl.create_default_context(cafile=named)
    except OSError as error:
        return (
            f"expected certificates of authorities to trust in SSL_CERT_FILE={named}, found none"
            f" ({error.strerror or error}); correct the variable or unset it"
        )
    return ""
