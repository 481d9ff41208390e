"""The service built for this machine's processor, apart from what would be deployed.

Lambda runs the functions on arm64. A container, or the embedded engine, runs them on the processor that is here, and needs
layers built for it.
"""

import json
import os
import platform
import subprocess
from pathlib import Path
from typing import Any

from infra.intrinsics import TemplateError, read

ROOT = Path(__file__).parents[1]
SAM = ROOT / ".tools" / "sam" / "bin" / "sam"
BUILT = ROOT / ".aws-sam" / "here"  # the functions, the layers, and a template.yaml
# One folder below the repository, as infra/ is: the template's paths to the code are relative.
_TEMPLATE = ROOT / ".cache" / "here.json"
_COMPILERS = (
    ROOT / ".venv" / "bin",
    ROOT / ".tools" / "uv" / "bin",
)  # Python 3.13 and uv, for the makefiles of the build
_NAMES = {"x86_64": "x86_64", "amd64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}  # Lambda's, by the machine's own


def processor() -> str:
    """Lambda's name of this machine's processor."""
    return _NAMES[platform.machine().lower()]


def built_for(template: dict[str, Any], architecture: str) -> dict[str, Any]:
    """The template with every function and layer for that architecture instead of arm64."""
    changed: dict[str, Any] = json.loads(json.dumps(template).replace('"arm64"', f'"{architecture}"'))
    return changed


def write(template: dict[str, Any], path: Path) -> None:
    """Write a template as JSON, which SAM and CloudFormation read as well."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(template, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def build(*functions: str) -> Path:
    """Build the functions of these names, or all, and the layers that they use; the template that is built.

    Raises:
        TemplateError: SAM could not build it; it says why.
    """
    write(built_for(read(ROOT / "infra" / "template.yaml"), processor()), _TEMPLATE)
    path = os.pathsep.join([*map(str, _COMPILERS), os.environ.get("PATH", os.defpath)])
    where: list[str | Path] = [
        "--template",
        _TEMPLATE,
        "--build-dir",
        BUILT,
        "--cached",
        "--cache-dir",
        f"{BUILT}-cache",
    ]
    built = subprocess.run(
        [SAM, "build", *functions, *where],
        cwd=ROOT,
        env={**os.environ, "PATH": path, "ARCH": "aarch64" if processor() == "arm64" else processor()},
        capture_output=True,
        text=True,
    )
    if built.returncode:
        raise TemplateError(f"sam build failed:\n{built.stderr}")
    return BUILT / "template.yaml"
