"""From the parts, one for each version, to the table: joined rows, aliases, and its text."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

Row = dict[str, Any]
Part = Mapping[str, Any]
NEWEST = "3"


def merge(parts: Iterable[Part]) -> dict[str, Any]:
    """Join parts as ``measure`` wrote them. Rows that differ between versions hold both answers."""
    ordered = sorted(parts, key=lambda part: str(part["version"]), reverse=True)
    known = {str(part["version"]): _by_every_name(part) for part in ordered}
    canonical: dict[str, str] = {}
    for part in ordered:
        for name, target in part["aliases"].items():
            canonical.setdefault(name, canonical.get(target, target))
    names = sorted({name for rows in known.values() for name in rows})
    ops: dict[str, Row] = {}
    aliases: dict[str, str] = {}
    not_measured: dict[str, str] = {}
    for name in names:
        target = canonical.get(name, name)
        if target != name and all(rows.get(target) == rows[name] for rows in known.values() if name in rows):
            aliases[name] = target
            continue
        here = {version: rows[name] for version, rows in known.items() if name in rows}
        measured = {version: row for version, row in here.items() if "reason" not in row}
        if measured:
            ops[name] = _join(measured, only_in=tuple(here) if len(here) < len(known) else ())
        else:
            not_measured[name] = next(iter(here.values()))["reason"]
    _drop_repeated(ops, aliases, not_measured)
    result: dict[str, Any] = {
        "versions": {part["version"]: part["versions"] for part in ordered},
        "ops": ops,
        "aliases": {name: target for name, target in aliases.items() if target in ops},
        "not_measured": not_measured,
    }
    for section in ("numpy", "methods", "operators"):
        result[section] = _join_section({str(part["version"]): part[section] for part in ordered})
    return result


def _by_every_name(part: Part) -> dict[str, Row]:
    rows: dict[str, Row] = dict(part["rows"])
    rows.update({name: {"reason": reason} for name, reason in (part["skipped"] | part["failed"]).items()})
    rows.update({name: rows[target] for name, target in part["aliases"].items() if target in rows})
    return rows


def _join(rows: Mapping[str, Row], only_in: tuple[str, ...]) -> Row:
    newest = dict(rows[max(rows)])
    for version, row in rows.items():
        if row["g"] != newest["g"]:
            arguments = [*newest["g"], *(name for name in row["g"] if name not in newest["g"])]
            newest["g"] = {name: _answer(name, rows) for name in arguments}
        for key, usual in (("p", None), ("r", "float")):
            if row.get(key, usual) != newest.get(key, usual):
                newest[key + version] = row.get(key, usual)
    if only_in:
        newest["only"] = only_in[0]
    return newest


def _answer(name: str, rows: Mapping[str, Row]) -> str | dict[str, str]:
    answers: dict[str, str] = {version: row["g"][name] for version, row in rows.items() if name in row["g"]}
    if len(set(answers.values())) == 1:
        return next(iter(answers.values()))
    return answers


def _drop_repeated(ops: dict[str, Row], aliases: dict[str, str], not_measured: dict[str, str]) -> None:
    """Leave out ``tensorflow.compat.v1.X`` where ``tensorflow.X`` says the same."""
    for name in [name for table in (ops, aliases, not_measured) for name in table if ".compat.v1." in name]:
        plain = name.replace(".compat.v1", "")
        row = ops.get(aliases.get(plain, plain))
        if name in aliases and aliases[name] == aliases.get(plain, plain):
            del aliases[name]
        elif name in ops and ops[name] == row and name not in aliases.values():
            del ops[name]
        elif name in not_measured and (plain in not_measured or row is not None):
            del not_measured[name]


def _join_section(sections: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    joined: dict[str, Any] = {}
    for name in sorted({name for section in sections.values() for name in section}):
        answers = {version: section[name] for version, section in sections.items() if name in section}
        first = answers[max(answers)]
        if isinstance(first, Mapping):
            joined[name] = _join_twin(answers, all_versions=len(sections))
        else:
            joined[name] = first if len(set(answers.values())) == 1 else answers
    return joined


def _join_twin(answers: Mapping[str, Row], all_versions: int) -> Row:
    """The newest proof; a keyword that another version disproves goes, a value that it refuses is refused."""
    newest = max(answers)
    joined = dict(answers[newest])
    for version, row in answers.items():
        if version == newest:
            continue
        if row.get("tf") == joined.get("tf") and "tf" in joined:
            common = {**row["k"], **joined["k"]}
            joined["k"] = {name: value for name, value in common.items() if _agreed(name, value, row, joined)}
            refused = {**joined.get("no", {}), **row.get("no", {})}
            joined.update({"no": refused} if refused else {})
        elif "tf" in row:
            joined.update({key + version: row[key] for key in ("tf", "k", "d", "no", "with") if key in row})
        elif "tf" in joined:
            joined["only"] = newest
    if len(answers) < all_versions:
        joined["only"] = newest
    return joined


def _agreed(name: str, value: str, *rows: Row) -> bool:
    """A keyword that one version's NumPy does not have may stay; one that was disproved may not."""
    return all(row["k"].get(name) == value for row in rows if name in row["p"])


def text(table: Mapping[str, Any]) -> str:
    """JSON with sorted keys and one row on a line."""
    sections = []
    for key in sorted(table):
        rows = ",\n".join(f"{_compact(name)}:{_compact(table[key][name])}" for name in sorted(table[key]))
        sections.append(f"{_compact(key)}:{{\n{rows}\n}}")
    return "{" + ",\n".join(sections) + "}\n"


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
