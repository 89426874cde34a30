"""A secret that is made on first start and kept in a file only its owner can read."""

import os
import secrets
from pathlib import Path

from financehub.errors import StorageUnusable


def read_or_create_secret(path: Path, variable: str) -> str:
    """Return the secret in the environment variable, else in `path`, else a new one written there with mode 0600.

    Raises StorageUnusable, naming the folder, where it can be neither read nor written.
    """
    if from_environment := os.environ.get(variable):
        return from_environment
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return path.read_text().strip()
        with os.fdopen(descriptor, "w") as file:
            secret = secrets.token_urlsafe(64)
            file.write(secret)
        return secret
    except OSError as error:
        raise StorageUnusable(
            f"cannot use the data folder {path.parent}: {error.strerror}; set DATA_DIR to a folder you can write to",
            path=str(path.parent),
        ) from error
