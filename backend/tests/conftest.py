"""What every test may use; the data folder is a temporary one, made before Django reads its settings."""

import os
import tempfile

os.environ.setdefault("FINANCEHUB_DATA_DIR", tempfile.mkdtemp(prefix="financehub-test-"))
os.environ.setdefault("FINANCEHUB_SECRET_KEY", "only-for-tests-" + "0" * 50)
os.environ["FINANCEHUB_MODE"] = "live"

pytest_plugins = ("servers.private_servers",)
