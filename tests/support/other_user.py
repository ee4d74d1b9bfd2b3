"""Runs code as a user who is not root, for whom permissions count."""

import os
import pickle
import sys
from collections.abc import Callable
from pathlib import Path

_NOBODY = 65534


def as_other_user(folder: Path, work: Callable[[], str]) -> str:
    """What ``work`` returns, in a process of a user who owns ``folder``, or the text of what it raises."""
    receiving, sending = os.pipe()
    if os.geteuid() == 0:
        os.chown(folder, _NOBODY, _NOBODY)
        for parent in folder.parents[:3]:
            parent.chmod(parent.stat().st_mode | 0o111)
    child = os.fork()
    if child == 0:
        try:
            if os.geteuid() == 0:
                os.setgid(_NOBODY)
                os.setuid(_NOBODY)
            try:
                result = work()
            except Exception as error:
                result = f"{type(error).__name__}: {error}"
            os.write(sending, pickle.dumps(result))
        finally:
            sys.stdout.flush()
            os._exit(0)
    os.close(sending)
    with os.fdopen(receiving, "rb") as result:
        content = result.read()
    os.waitpid(child, 0)
    return pickle.loads(content)  # noqa: S301 - our own
