"""A secret that is made on first start and kept in a file only its owner can read."""

import os
import secrets
import tempfile
from pathlib import Path

from financehub.errors import StorageUnusable


def read_or_create_secret(path: Path, variable: str) -> str:
    """Return the secret in the environment variable, else in `path`, else a new one written there with mode 0600.

    Raises StorageUnusable, naming the folder, where it can be neither read nor written, and for a file that is empty.
    """
    if from_environment := os.environ.get(variable):
        return from_environment
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _create(path)
        secret = path.read_text().strip()
    except OSError as error:
        raise StorageUnusable(
            f"cannot use the data folder {path.parent}: {error.strerror}; set DATA_DIR to a folder you can write to",
            path=str(path.parent),
        ) from error
    if not secret:
        raise StorageUnusable(f"the file {path} is empty; remove it and a new secret is made", path=str(path))
    return secret


def _create(path: Path) -> None:
    """Write the secret aside and give it its name whole: of two processes that start at once, both use the first one's."""
    descriptor, aside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")  # made with mode 0600
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(64))
        os.link(aside, path)
    except FileExistsError:
        return
    except OSError:  # a file system without hard links
        Path(aside).replace(path)
    finally:
        Path(aside).unlink(missing_ok=True)
