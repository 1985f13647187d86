"""Rules about files, checked by machine. Each message says what to do instead."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "skywalk"
UNIT = ROOT / "tests" / "unit"
MAX_LINES = 500
NAMES_WITHOUT_MEANING = {"utils", "util", "helpers", "helper", "common", "misc", "manager"}

GENERATED = {SOURCE / "actions" / "shapes" / name for name in ("ec2.py", "iam.py", "sts.py")}
"""Typed dicts from botocore's models: as long as AWS's own."""

LONG_TESTS = {
    Path("tests/live/test_edge.py"),
    Path("tests/live/test_guests.py"),
    Path("tests/unit/http1/test_client.py"),
    Path("tests/unit/http1/test_connection.py"),
}
"""Tables of cases about one module. Take one off the list when it is split; do not add to it."""

TESTS_OF_MORE_THAN_A_MODULE = {
    Path("tests/unit/edge/services/modelled/test_access_tables.py"): "the tables beside the reference",
    Path("tests/unit/edge/services/dynamodb/test_wrong_requests.py"): "random requests through the edge to moto",
    Path("tests/unit/edge/services/s3/test_wrong_requests.py"): "random requests through the edge to moto",
    Path("tests/unit/actions/test_any_requests.py"): "what no request makes an action do: fail",
    Path("tests/unit/actions/test_instance_stop_start.py"): "instances over stops, starts and reboots",
    Path("tests/unit/actions/test_wrong_parameters.py"): "what all EC2 actions refuse alike, by AWS's model",
    Path("tests/unit/feed/test_feed.py"): "publisher and subscriber over one socket",
    Path("tests/unit/reconcile/test_incremental.py"): "the loop over random changes",
    Path("tests/unit/values/test_values.py"): "the small modules of values",
}
"""Test files that name no module, with their subject. A test of one module is called after it instead."""

FOLDERS_THAT_STAND_FOR_OTHERS = {Path("drivers/guests"): Path("drivers/linux/guests")}
"""Folders below tests/unit that are not where their package is."""

ONE_MACHINE = re.compile(rf"(?<![\w.-]){re.escape(str(ROOT))}(?![\w-])|/Users/\w+|\.pyenv\b")
"""Where this checkout lies, whoever runs the test, and where those of others usually do."""
ONE_REGISTRY = re.compile(
    r"https?://[\w.-]*(?:pypi|artifactory|nexus|devpi|registry)[\w.-]*|--(?:extra-)?index-url[ =]\S+", re.IGNORECASE
)

LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)


def tracked() -> list[Path]:
    """Files that git has or would take, as they are in the working tree."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if found.returncode != 0:
        pytest.skip("not a git checkout")
    return sorted(Path(line) for line in found.stdout.splitlines() if (ROOT / line).is_file())


def texts() -> Iterator[tuple[Path, str]]:
    for path in tracked():
        try:
            yield path, (ROOT / path).read_text()
        except UnicodeDecodeError:
            continue


def sources() -> list[Path]:
    return sorted(SOURCE.rglob("*.py"))


def pages() -> list[Path]:
    return [path for path in tracked() if path.suffix == ".md"]


def report(wrong: list[str]) -> None:
    assert not wrong, "\n" + "\n".join(wrong)


def test_every_module_has_a_docstring_and_postponed_annotations() -> None:
    wrong = []
    for path in sources():
        tree = ast.parse(path.read_text())
        if not ast.get_docstring(tree):
            wrong.append(f"{path.relative_to(ROOT)}: say in a docstring what lives here and what does not")
        is_code = any(
            isinstance(node, (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)) for node in tree.body
        )
        if is_code and not any(isinstance(node, ast.ImportFrom) and node.module == "__future__" for node in tree.body):
            wrong.append(f"{path.relative_to(ROOT)}: begin with `from __future__ import annotations`")
    report(wrong)


def test_files_are_named_after_what_they_hold() -> None:
    report(
        [
            f"{path}: name it after the field's noun that it holds"
            for path in tracked()
            if path.stem.strip("_") in NAMES_WITHOUT_MEANING
        ]
    )


def test_no_file_is_two_files() -> None:
    wrong = []
    for path in tracked():
        if path.suffix != ".py" or ROOT / path in GENERATED or path in LONG_TESTS:
            continue
        count = len((ROOT / path).read_text().splitlines())
        if count > MAX_LINES:
            wrong.append(
                f"{path}: {count} lines; more than {MAX_LINES} are nearly always two nouns or two jobs: split it"
            )
    report(wrong)


def test_the_lists_of_exceptions_have_no_dead_entries() -> None:
    here = set(tracked())
    report(
        [f"{path}: it is gone; take it off the list" for path in (LONG_TESTS | set(TESTS_OF_MORE_THAN_A_MODULE)) - here]
    )
    short = [path for path in LONG_TESTS if len((ROOT / path).read_text().splitlines()) <= MAX_LINES]
    report([f"{path}: it is short now; take it off the list" for path in short])


def test_no_text_depends_on_one_machine() -> None:
    advice = {
        ONE_MACHINE: "a path of one machine; use one relative to the checkout",
        ONE_REGISTRY: "name no package registry; clients are configured elsewhere",
    }
    report(
        [
            f"{path}:{number}: {found[0]}: {what_to_do}"
            for path, text in texts()
            if ROOT / path != Path(__file__)
            for number, line in enumerate(text.splitlines(), 1)
            for pattern, what_to_do in advice.items()
            if (found := pattern.search(line))
        ]
    )


def anchors(page: Path) -> set[str]:
    """The fragments of a page's headings, as GitHub makes them."""
    headings = (re.sub(r"[^\w\- ]", "", found.lower()) for found in HEADING.findall(page.read_text()))
    return {heading.strip().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", pages(), ids=str)
def test_links_resolve(page: Path) -> None:
    wrong = []
    for link in LINK.findall((ROOT / page).read_text()):
        if link.startswith(("http://", "https://", "mailto:")):
            continue
        name, _, fragment = link.partition("#")
        target = (ROOT / page).parent / name if name else ROOT / page
        if not target.exists():
            wrong.append(f"{page}: {link} leads nowhere; correct the path")
        elif fragment and fragment not in anchors(target):
            wrong.append(f"{page}: {link}: no such heading; there are {', '.join(sorted(anchors(target)))}")
    report(wrong)


def test_every_page_is_reachable_from_the_readme() -> None:
    seen: set[Path] = set()
    ahead = [ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
    while ahead:
        page = ahead.pop().resolve()
        if page in seen or page.suffix != ".md" or not page.exists():
            continue
        seen.add(page)
        links = (link.partition("#")[0] for link in LINK.findall(page.read_text()))
        ahead += [page.parent / link for link in links if link and "://" not in link]
    report([f"{page}: no page leads here; link it" for page in pages() if (ROOT / page).resolve() not in seen])


def subject(test: Path) -> list[Path]:
    """The modules or packages that a unit test's place and name may mean."""
    folder = test.parent.relative_to(UNIT)
    folder = FOLDERS_THAT_STAND_FOR_OTHERS.get(folder, folder)
    name = test.stem.removeprefix("test_")
    if folder.parts[:1] == ("tools",):
        return [ROOT / "tools" / f"{name}.py"]
    if folder.parts[:1] == ("scripts",):
        return [ROOT / "scripts" / f"{name}.sh"]
    place = SOURCE / folder
    return [place / f"{name}.py", place / f"{name}_.py", place / f"__{name}__.py", place / name / "__init__.py"]


def test_unit_tests_mirror_the_sources() -> None:
    wrong = []
    for test in sorted(UNIT.rglob("test_*.py")):
        shown = test.relative_to(ROOT)
        if shown not in TESTS_OF_MORE_THAN_A_MODULE and not any(path.exists() for path in subject(test)):
            wrong.append(f"{shown}: there is no {subject(test)[0].relative_to(ROOT)}; name the test after its module")
    report(wrong)


def test_test_folders_are_no_packages() -> None:
    found = sorted(path.relative_to(ROOT) for path in (ROOT / "tests").rglob("__init__.py"))
    report([f"{path}: remove it; pytest imports by path (import-mode importlib)" for path in found])
