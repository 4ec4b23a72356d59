"""Show what TensorFlow does with fixtures, and whether each is right. Needs no codemod, only TensorFlow.

::

    python tools/run_fixture.py FOLDER…                      a case, a codemod's folder, or all of fixtures
    python tools/run_fixture.py --keras 3 FOLDER…            under one version only
    python tools/run_fixture.py --python2 PYTHON FOLDER…     where Keras 2 is
    python tools/run_fixture.py PROGRAM.py…                  just show what any program does
    python tools/run_fixture.py --quiet FOLDER…              only what is wrong

The interpreter that runs this must have TensorFlow with Keras 3. Keras 2 (TensorFlow 2.15) is looked for in the
interpreter that ``--python2`` or the environment variable ``GRADFIX_KERAS2_PYTHON`` names; without one, only
Keras 3 is run, and that is said. For a case, the keys of ``case.toml`` are described in CONTRIBUTING.md.

Exits with 1 when a fixture is wrong, 2 when a folder or a server is unusable.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.harness.case import Case, CaseError, load_cases
from tests.harness.client import KERAS2_VARIABLE, ServerError, observe, python_for, server_for
from tests.harness.judge import compare, submit


def main() -> int:
    """Read the command line, run, print; returns the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    parser.add_argument("--keras", type=int, choices=(2, 3), help="run under this version only")
    parser.add_argument("--python2", help="an interpreter with Keras 2")
    parser.add_argument("--quiet", action="store_true", help="print only what is wrong")
    arguments = parser.parse_args()
    if arguments.python2:
        os.environ[KERAS2_VARIABLE] = arguments.python2
    versions = [arguments.keras] if arguments.keras else [3, 2]
    if python_for(2) is None and 2 in versions:
        print(f"no Keras 2: neither --python2 nor {KERAS2_VARIABLE} is given", file=sys.stderr)
        versions.remove(2)
    programs = [path for path in arguments.paths if path.is_file()]
    folders = [path for path in arguments.paths if not path.is_file()]
    try:
        _show_programs(programs, versions)
        return _show_cases(load_cases(*folders), versions, quiet=arguments.quiet) if folders else 0
    except (CaseError, ServerError) as error:
        print(error, file=sys.stderr)
        return 2


def _show_programs(programs: list[Path], versions: list[int]) -> None:
    for version in versions:
        for path in programs:
            server_for(version).submit(path)
    for path in programs:
        for version in versions:
            seen = observe(path, version)
            print(f"── {path}  Keras {seen.versions['keras']}, {seen.seconds} s")
            print(_indented(seen.describe()))
            print(_indented(seen.output.rstrip()))


def _show_cases(cases: list[Case], versions: list[int], *, quiet: bool) -> int:
    for version in versions:
        submit(cases, version)
    wrong = 0
    for case in cases:
        problems = []
        if not quiet:
            print(f"── {case.name}  {case.symptom if case.changes else 'healthy'}, {case.safety}")
        for version in versions:
            if version in case.keras:
                seen = {which: observe(case.path(which), version) for which in case.files}
                problems += [f"{case.name}: Keras {version}: {text}" for text in compare(case, seen)]
                for which, observation in seen.items():
                    if not quiet:
                        print(f"  {which}.py, Keras {version}, {observation.seconds} s")
                        print(_indented(observation.describe()))
        wrong += bool(problems)
        for problem in problems:
            print(f"WRONG  {problem}", flush=True)
    print(f"{len(cases) - wrong} of {len(cases)} fixtures are right")
    return 1 if wrong else 0


def _indented(text: str) -> str:
    return "\n".join(f"      {line}" for line in text.splitlines())


if __name__ == "__main__":
    raise SystemExit(main())
