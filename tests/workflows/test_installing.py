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
    "INPUT_COMMAND": "secret-5",
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


def test_a_machine_s_own_settings_for_pip_and_python_change_nothing(machine: Machine) -> None:
    machine.require(write_wheel(machine.packages))
    (machine.checkout / "fake").mkdir()
    (machine.checkout / "fake" / "pip.py").write_text("raise SystemExit('the wrong pip')\n", "utf-8")
    shutil.copy(machine.checkout / "fake" / "pip.py", machine.checkout / "pip.py")

    done = machine.install(**UNWELCOME)

    assert (0, "1\n") == (done.returncode, done.stdout), done.stderr
    assert not (machine.checkout / "elsewhere").exists()


def test_a_configuration_file_that_leads_elsewhere_is_tried_and_then_left_aside(
    machine: Machine, tmp_path: Path
) -> None:
    machine.require(write_wheel(machine.packages))
    configuration = tmp_path / "pip.conf"
    configuration.write_text(f"[install]\ntarget = {tmp_path / 'elsewhere'}\n", "utf-8")

    done = machine.install(PIP_CONFIG_FILE=str(configuration))

    assert (0, "1\n") == (done.returncode, done.stdout), done.stderr
    assert "trying without them" in done.stderr


def test_no_secret_is_in_reach_while_packages_are_installed(machine: Machine, tmp_path: Path) -> None:
    machine.require(write_wheel(machine.packages))
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(machine.venv)], check=True)
    (site,) = machine.venv.glob("lib/python*/site-packages")
    seen = tmp_path / "seen.jsonl"
    line = f"import os, json; open({str(seen)!r}, 'a').write(json.dumps(dict(os.environ)) + '\\n')\n"
    (site / "watch.pth").write_text(line, "utf-8")

    done = machine.install(**SECRETS, HTTPS_PROXY="http://127.0.0.1:9")

    assert (0, "1\n") == (done.returncode, done.stdout), done.stderr
    by_pip = [
        environment
        for line in seen.read_text("utf-8").splitlines()
        if "TRAKT_CLIENT_SECRET" not in (environment := json.loads(line))
    ]
    assert by_pip
    assert "http://127.0.0.1:9" == by_pip[0]["HTTPS_PROXY"]
    assert [] == [value for environment in by_pip for value in environment.values() if value in SECRETS.values()]


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


def test_nothing_is_installed_again_until_the_requirements_change(machine: Machine) -> None:
    machine.require(write_wheel(machine.packages))

    first, second = machine.install(), machine.install()

    assert (0, 0) == (first.returncode, second.returncode), first.stderr
    assert ("Installing requirements.txt …\n", "") == (first.stderr, second.stderr)


def test_packages_that_cannot_be_had_are_said_on_the_page_and_the_state_is_left_alone(
    machine: Machine, tmp_path: Path
) -> None:
    machine.require("0" * 64)
    page = tmp_path / "page.md"
    environment = {
        "PATH": os.environ["PATH"],
        "RUNNER_TEMP": str(tmp_path),
        "GITHUB_STEP_SUMMARY": str(page),
        **SECRETS,
    }
    codes, logs = [], []
    for command in ("run", "save"):
        done = subprocess.run(
            ["bash", "script/action"],
            cwd=machine.checkout,
            env={**environment, "INPUT_COMMAND": command},
            check=False,
            capture_output=True,
            text=True,
        )
        codes.append(done.returncode)
        logs.append(done.stdout)

    assert [5, 5] == codes
    assert 1 == "".join(logs).count("::error::The program's packages could not be installed")
    assert 1 == page.read_text("utf-8").count("Nothing was read or written.")
