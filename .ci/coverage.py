"""Coverage, branches included: 95 % of everything, all of the services and of the pure modules.

Pure modules are those that import-linter keeps free of Django. A pattern that matches no file is a failure: its
files have moved.
"""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SERVICES = (
    "*/services.py", "*/services/*.py", "accounts/audit/*.py", "accounts/mail/*.py", "accounts/rate_limits/*.py",
)  # fmt: skip


def pure_modules() -> list[str]:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    modules = next(contract["source_modules"] for contract in contracts if contract["name"].startswith("Pure"))
    paths = [module.replace(".", "/") for module in modules]
    return [f"{path}/**/*.py" if (ROOT / path).is_dir() else f"{path}.py" for path in paths]


def report(title: str, *options: str) -> int:
    print(f"{title}:", flush=True)
    return subprocess.run([sys.executable, "-m", "coverage", "report", *options], cwd=ROOT, check=False).returncode


def main() -> int | str:
    patterns = [*SERVICES, *pure_modules()]
    if gone := [pattern for pattern in patterns if not any(ROOT.glob(pattern))]:
        return f"No file matches {', '.join(gone)}: .ci/coverage.py or pyproject.toml names what has moved"
    return report("95 % of everything", "--fail-under=95") or report(
        "All of the services and the pure modules", "--fail-under=100", f"--include={','.join(patterns)}"
    )


if __name__ == "__main__":
    sys.exit(main())
