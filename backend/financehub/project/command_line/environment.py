"""What each command sets up before Django reads its settings."""

import os
from pathlib import Path

from financehub.project.configuration import Configuration, DataMode, read_configuration


def set_data_dir(data_dir: Path | None) -> None:
    if data_dir is not None:
        os.environ["FINANCEHUB_DATA_DIR"] = str(data_dir.expanduser().absolute())


def set_mode(mode: DataMode) -> None:
    os.environ["FINANCEHUB_MODE"] = mode.value


def prepare_django() -> Configuration:
    """Load Django for the mode set so far and bring its database up to date.

    Raises StorageUnusable, with what to do, when the data folder or its database cannot be used.
    """
    configuration = read_configuration()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "financehub.project.settings")

    from financehub.project.database_setup import open_data_dir, prepare_database

    open_data_dir(configuration.mode_dir)
    import django

    django.setup()
    prepare_database()
    return configuration
