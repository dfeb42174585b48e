"""How ``script/_venv.sh`` gets the packages: wheels alone, out of reach of secrets and of a machine's own settings."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pytest

from tests.workflows.act import PROJECT

# What a runner of one's own may have set; each breaks an installation that listens to it.
UNWELCOME = {
    "PIP_USER": "1",
    "PIP_TARGET": "elsewhere",
    "PIP_PREFIX": "elsewhere",
    "PIP_ROOT": "elsewhere",
    "PIP_NO_BINARY": ":all:",
    "PIP_CONSTRAINT": "nonexistent.txt",
    "PIP_REQUIREMENT": "nonexistent.txt",
    "PIP_REQUIRE_VIRTUALENV": "1",
    "PIP_DRY_RUN": "1",
    "PIP_PYTHON": "nonexistent",
    "PIP_LOG": "nonexistent/log",
    "PIP_BREAK_SYSTEM_PACKAGES": "1",
    "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
    "PYTHONHOME": "nonexistent",
    "PYTHONPATH": "fake",
    "PYTHONWARNINGS": "error",
    "PYTHONOPTIMIZE": "2",
}
SECRETS = {
    "TRAKT_CLIENT_SECRET": "secret-1",
    "STATE_KEY": "secret-2",
    "GITHUB_TOKEN": "secret-3",
    "ACTIONS_RUNTIME_TOKEN": "secret-4",
    "CI_STEP": "secret-5",
}
MADE_BY_SETUP = "setup.py was run"


def write_wheel(folder: Path) -> str:
    """A package of one module; gives its sha256."""
    info = "tiny-1.0.dist-info"
    files = {
        "tiny.py": "VALUE = 1\n",
        f"{info}/METADATA": "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    digests = {name: hashlib.sha256(text.encode()).digest() for name, text in files.items()}
    record = "".join(
        f"{name},sha256={base64.urlsafe_b64encode(digests[name]).decode().rstrip('=')},{len(text)}\n"
        for name, text in files.items()
    )
    path = folder / "tiny-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        for name, text in {**files, f"{info}/RECORD": f"{record}{info}/RECORD,,\n"}.items():
            wheel.writestr(name, text)
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write_source(folder: Path) -> str:
    """The same as source, whose ``setup.py`` says that it was run; gives its sha256."""
    path = folder / "tiny-1.0.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for name, text in (("setup.py", f"raise SystemExit({MADE_BY_SETUP!r})\n"), ("PKG-INFO", "Name: tiny\n")):
            member = tarfile.TarInfo(f"tiny-1.0/{name}")
            member.size = len(text)
            archive.addfile(member, BytesIO(text.encode()))
    return hashlib.sha256(path.read_bytes()).hexdigest()


class Machine:
    """A checkout whose only requirement is a package that lies in a folder beside it."""

    def __init__(self, folder: Path) -> None:
        self.checkout = folder / "checkout"
        self.packages = folder / "packages"
        self.venv = folder / "venv"
        self.packages.mkdir()
        shutil.copytree(PROJECT / "script", self.checkout / "script")

    def require(self, *digests: str) -> None:
        """Pins the package to these hashes."""
        hashes = " ".join(f"--hash=sha256:{digest}" for digest in digests)
        lines = ("--no-index", f"--find-links {self.packages}", f"tiny==1.0 {hashes}", "")
        (self.checkout / "requirements.txt").write_text("\n".join(lines), "utf-8")

    def install(self, **settings: str) -> subprocess.CompletedProcess[str]:
        """``use_venv requirements.txt``, then an import of the package."""
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.checkout), "VENV": str(self.venv), **settings}
        command = '. script/_venv.sh && use_venv requirements.txt && python -I -c "import tiny; print(tiny.VALUE)"'
        return subprocess.run(
            ["bash", "-c", command], cwd=self.checkout, env=environment, check=False, capture_output=True, text=True
        )


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@dataclass(frozen=True, slots=True)
class Installed:
    """An installation on a machine that has everything set that may be in the way, and what was seen of it.

    ``seen`` are the environments in which the Python of the virtual environment was started.
    """

    machine: Machine
    done: subprocess.CompletedProcess[str]
    seen: list[dict[str, str]]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    folder = tmp_path_factory.mktemp("machine")
    machine = Machine(folder)
    machine.require(write_wheel(machine.packages))
    (machine.checkout / "fake").mkdir()
    for wrong in ("fake/pip.py", "pip.py", "venv.py"):
        (machine.checkout / wrong).write_text("raise SystemExit('a file of the caller that is called so')\n", "utf-8")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(machine.venv)], check=True)
    (site,) = machine.venv.glob("lib/python*/site-packages")
    seen = folder / "seen.jsonl"
    line = f"import os, json; open({str(seen)!r}, 'a').write(json.dumps(dict(os.environ)) + '\\n')\n"
    (site / "watch.pth").write_text(line, "utf-8")

    done = machine.install(**UNWELCOME, **SECRETS, HTTPS_PROXY="http://127.0.0.1:9")

    return Installed(machine, done, [json.loads(line) for line in seen.read_text("utf-8").splitlines()])


def test_a_machine_s_own_settings_for_pip_and_python_change_nothing(installed: Installed) -> None:
    assert (0, "1\n") == (installed.done.returncode, installed.done.stdout), installed.done.stderr
    assert "Installing requirements.txt …\n" == installed.done.stderr
    assert not (installed.machine.checkout / "elsewhere").exists()


def test_no_secret_is_in_reach_while_packages_are_installed(installed: Installed) -> None:
    while_installing = [environment for environment in installed.seen if "CI_STEP" not in environment]

    assert while_installing
    assert {"http://127.0.0.1:9"} == {environment["HTTPS_PROXY"] for environment in while_installing}
    reached = [value for environment in while_installing for value in environment.values()]
    assert set() == set(SECRETS.values()) & set(reached)


def test_nothing_is_installed_again_until_the_requirements_change(installed: Installed) -> None:
    again = installed.machine.install()

    assert (0, "1\n", "") == (again.returncode, again.stdout, again.stderr)


def test_a_configuration_file_that_leads_elsewhere_is_tried_and_then_left_aside(
    machine: Machine, tmp_path: Path
) -> None:
    machine.require(write_wheel(machine.packages))
    configuration = tmp_path / "pip.conf"
    configuration.write_text(f"[install]\ntarget = {tmp_path / 'elsewhere'}\n", "utf-8")

    done = machine.install(PIP_CONFIG_FILE=str(configuration))

    assert (0, "1\n") == (done.returncode, done.stdout), done.stderr
    assert "trying without them" in done.stderr


def test_what_is_no_wheel_is_refused_and_its_code_is_not_run(machine: Machine) -> None:
    machine.require(write_source(machine.packages))

    done = machine.install()

    assert 0 != done.returncode
    assert MADE_BY_SETUP not in done.stdout + done.stderr
    assert "tiny==1.0" in done.stderr


def test_a_wheel_of_another_hash_is_refused(machine: Machine) -> None:
    write_wheel(machine.packages)
    machine.require("0" * 64)

    done = machine.install()

    assert 0 != done.returncode
    assert "HASHES" in done.stderr


def test_packages_that_cannot_be_had_are_said_on_the_page_once(machine: Machine, tmp_path: Path) -> None:
    tools, page = tmp_path / "tools", tmp_path / "page.md"
    tools.mkdir()
    for name in ("bash", "dirname", "cmp", "env"):
        (tools / name).symlink_to(str(shutil.which(name)))
    environment = {"PATH": str(tools), "RUNNER_TEMP": str(tmp_path), "GITHUB_STEP_SUMMARY": str(page), **SECRETS}
    ended = [
        subprocess.run(
            ["bash", "script/action"],
            cwd=machine.checkout,
            env={**environment, "INPUT_COMMAND": command},
            check=False,
            capture_output=True,
            text=True,
        )
        for command in ("run", "save")
    ]

    assert [5, 5] == [done.returncode for done in ended]
    assert "No Python 3.11 or newer was found" in ended[0].stderr
    said = "The program's packages could not be installed; the log says why. Nothing was read or written."
    assert [1, 0] == [done.stdout.count(f"::error::{said}") for done in ended]
    assert 1 == page.read_text("utf-8").count(said)
