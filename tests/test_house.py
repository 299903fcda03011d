"""The house rules that a machine can check."""

import ast
import re
import socket
import subprocess
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

HOUSE = Path(__file__).parent.parent
ROOMS = ("dialogportal", "mailer", "web_archive", "templates", "tickets", "demo")
MAY_IMPORT = {
    "tickets": set(),
    "templates": set(),
    "mailer": {"tickets", "templates"},
    "web_archive": {"tickets", "templates"},
    "demo": {"tickets", "templates", "mailer", "web_archive", "dialogportal"},
    "dialogportal": {"tickets", "templates", "mailer", "web_archive", "demo"},
}
# Rooms, and modules that lie loose, from the ground up: a room imports lower floors alone
FLOORS = (
    {"tickets.form"},
    {"templates", "tickets.ground", "tickets.text", "mailer.trust"},
    {"mailer.mime", "mailer.sections", "tickets.database", "tickets.law", "tickets.masking", "tickets.numbers"},
    {"tickets.chores", "tickets.journal", "tickets.links"},
    {"tickets.moderation", "tickets.people"},
    {"tickets.conversations", "tickets.overview", "tickets.wishes", "tickets.writing"},
    {"tickets.acts", "tickets.search"},
    {"tickets.administration", "tickets.desk", "tickets.issues", "tickets.publishing", "tickets.undoing"},
    {"tickets.archive"},
    {"mailer.addresses", "mailer.texts"},
    {"mailer.reading"},
    {"mailer.authorship", "mailer.files"},
    {"mailer.intake", "mailer.privacy"},
    {"mailer.sandbox"},
    {"mailer.letters"},
    {"mailer.delivery"},
    {"mailer.processing"},
    {"mailer.history"},
    {"web_archive"},
    {"demo"},
    {"dialogportal.ground"},
    {"dialogportal.doctor", "dialogportal.facts"},
    {"dialogportal.commands"},
)
GROUND = {"alignment", "envelope", "errors", "portal", "post", "reasons", "thread_ids", "tokens", "workdays"}
LARGEST_ROOM = 14  # modules
OF_THE_HOUSE = re.compile(rf"""(?:import_module|__import__)\(f?["'](?:{"|".join(ROOMS)})""")
NAMELESS = {"utils", "helpers", "common", "base", "manager", "misc"}

MODULES = [path for room in ROOMS for path in sorted((HOUSE / room).rglob("*.py")) if "versions" not in path.parts]


def room_of(module: str) -> str:
    """The room of a module, such as `tickets.people`; a module that lies loose is one by itself."""
    names = module.split(".")
    if names[0] not in {"tickets", "mailer", "dialogportal"}:
        return names[0]
    is_ground = names[1] in GROUND if names[0] == "tickets" else names[0] == "dialogportal" and len(names) == 2
    return f"{names[0]}.ground" if is_ground else ".".join(names[:2])


def floor_of(module: str) -> int:
    return next(number for number, rooms in enumerate(FLOORS) if room_of(module) in rooms)


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(HOUSE).with_suffix("").parts)


@cache
def tree_of(path: Path) -> ast.Module:
    """A module, parsed once."""
    return ast.parse(path.read_text())


WHOLE = {module_name(module) for module in MODULES}


def house_imports(path: Path) -> set[str]:
    """The modules of the house that a module imports."""
    return {name for name in imported_modules(tree_of(path)) if name in WHOLE}


def imports(tree: ast.AST) -> list[tuple[str, int]]:
    """The first name of every import, and the column it stands at."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            found.append((node.module.split(".")[0], node.col_offset))
        elif isinstance(node, ast.Import):
            found += [(alias.name.split(".")[0], node.col_offset) for alias in node.names]
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(HOUSE)))
def test_imports_point_down_and_stand_at_the_top(path: Path) -> None:
    room = path.relative_to(HOUSE).parts[0]
    found = imports(tree_of(path))

    assert {name for name, _ in found} & set(ROOMS) <= MAY_IMPORT[room] | {room}
    assert [name for name, column in found if column] == []


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(HOUSE)))
def test_a_room_imports_only_what_lies_on_lower_floors(path: Path) -> None:
    if path.stem == "__init__":
        return
    module = module_name(path)

    others = {name for name in house_imports(path) if room_of(name) != room_of(module)}

    assert {name for name in others if floor_of(name) >= floor_of(module)} == set()


def test_migrations_have_one_number_each_and_follow_each_other() -> None:
    """Two that were written at the same time would leave no database that can be opened."""
    found = sorted((HOUSE / "tickets" / "database" / "migrations" / "versions").glob("*.py"))
    texts = [path.read_text() for path in found]

    revisions = [re.findall(r'^revision = "(\d+)"', text, re.MULTILINE) for text in texts]
    before = [re.findall(r'^down_revision = "(\d+)"', text, re.MULTILINE) for text in texts]
    assert revisions == [[path.name[:4]] for path in found] == [[f"{number:04}"] for number in range(1, len(found) + 1)]
    assert before[1:] == revisions[:-1]


def test_the_map_names_every_module_in_the_table_of_its_room() -> None:
    """A module that is added gets its word in docs/journey.md, and one that goes leaves none there."""
    _, _, drawn = (HOUSE / "docs" / "journey.md").read_text().partition("\n# The map\n")

    there = {str(path.relative_to(HOUSE)) for path in MODULES if path.stem != "__init__"}
    named, gone = set[str](), set[str]()
    for table in drawn.split("\n### ")[1:]:
        heading, *rows = table.splitlines()
        folders = re.findall(r"`([\w/]+/)`", heading)
        for word in re.findall(r"`(\w+)`", " ".join(row.split("|")[1] for row in rows if row.startswith("| `"))):
            found = {f"{folder}{word}.py" for folder in folders} & there
            named |= found
            gone |= set() if found else {f"{word} in the table of {heading}"}

    assert there - named == set()
    assert gone == set()


def test_no_room_is_larger_than_one_can_look_over() -> None:
    rooms = Counter(path.parent.relative_to(HOUSE) for path in MODULES if path.stem != "__init__")

    too_large = {str(room) for room, count in rooms.items() if count > LARGEST_ROOM}
    assert too_large <= {"mailer/letters/kinds"}  # which grows with every letter


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(HOUSE)))
def test_every_module_says_what_it_is_for_and_has_a_name(path: Path) -> None:
    assert ast.get_docstring(tree_of(path))
    assert path.stem not in NAMELESS


def test_a_class_has_a_name_that_no_other_has() -> None:
    """One meaning a word: whoever reads a name knows which class it is, wherever they are."""
    trees = [ast.parse(path.read_text()) for path in MODULES]
    named = Counter(node.name for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef))

    assert [name for name, count in named.items() if count > 1] == []


def test_only_the_children_take_files_apart_and_look_at_signatures() -> None:
    reached = reached_from(*(module_name(path) for path in MODULES if path.is_relative_to(HOUSE / "dialogportal")))

    assert {"mailer.sandbox.reader", "mailer.sandbox.verifier"} <= reached
    assert (
        not {
            "mailer.sandbox.reading_child",
            "mailer.history.heading_child",
            "mailer.privacy.cleaning",
            "mailer.privacy.pdf_pages",
            "mailer.privacy.pictures",
        }
        & reached
    )
    assert (
        not {"mailer.sandbox.verifying_child", "mailer.authorship.verification", "mailer.authorship.domain_keys"}
        & reached
    )


def test_the_children_hold_no_database_and_each_what_it_works_with() -> None:
    reading, verifying = reached_from("mailer.sandbox.reading_child"), reached_from("mailer.sandbox.verifying_child")

    heading = reached_from("mailer.history.heading_child")
    assert not {"tickets.database.models", "tickets.database.store"} & (reading | verifying | heading)
    assert not {"mailer.reading.bodies", "mailer.sandbox.message"} & verifying
    assert "mailer.authorship.domain_keys" not in reading


CHILDREN = (
    "mailer.sandbox.reading_child", "mailer.sandbox.keeping_child", "mailer.sandbox.verifying_child",
    "mailer.history.heading_child",
)  # fmt: skip
PARSERS = ("email.parser.", "email.feedparser.", "email.message_from_")
OF_OUR_OWN = {"mailer.letters.letters", "demo.letterbox"}  # whose letters are ours


def test_mail_is_parsed_in_the_children_alone() -> None:
    """No other process does so, whatever parts it runs or command it is: nothing in it uses what uses a parser."""
    trees = {module_name(path): tree_of(path) for path in MODULES}
    foreign = {module: tree for module, tree in trees.items() if module not in OF_OUR_OWN}
    used = {name: names for module, tree in foreign.items() for name, names in names_used_in(module, tree)}
    parsing = {name for name, names in used.items() if any(one.startswith(PARSERS) for one in names)}
    while more := {name for name, names in used.items() if names & parsing} - parsing:
        parsing |= more

    in_children = reached_from(*CHILDREN)
    assert {"mailer.mime.parts.parse", "mailer.sandbox.message.read_message"} <= parsing
    assert {"dialogportal.serving", "mailer.history.looking"} <= trees.keys() - in_children
    assert {name for name in parsing if name.rpartition(".")[0] not in in_children} == set()


def names_used_in(module: str, tree: ast.Module) -> Iterator[tuple[str, set[str]]]:
    """What a module has of its own: functions, classes and constants, each with the whole names of what it uses."""
    known = imported_names(tree)
    for node in tree.body:
        targets = [node.target] if isinstance(node, ast.AnnAssign) else getattr(node, "targets", [])
        for name in (getattr(node, "name", ""), *(one.id for one in targets if isinstance(one, ast.Name))):
            if name:
                yield f"{module}.{name}", set(_names_read_in(node, known, module))


def _names_read_in(node: ast.AST, known: dict[str, str], module: str) -> Iterator[str]:
    for one in ast.walk(node):
        if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load):
            yield known.get(one.id, f"{module}.{one.id}")
        elif isinstance(one, ast.Attribute) and isinstance(one.value, ast.Name):
            yield f"{known.get(one.value.id, one.value.id)}.{one.attr}"


def test_the_house_is_imported_by_name_where_commands_stand_in_a_table_alone() -> None:
    by_name = {module_name(path) for path in MODULES if OF_THE_HOUSE.search(path.read_text())}

    commands = {"dialogportal.__main__", "dialogportal.commands.running.serve", "dialogportal.menu"}
    assert by_name == commands | {"dialogportal.facts.headings"}  # which few commands need, and seldom


def reached_from(*start: str) -> set[str]:
    """The modules of the house that are imported with these."""
    whole = {module_name(path): tree_of(path) for path in MODULES}
    reached, waiting = set[str](), [*start]
    while waiting:
        module = waiting.pop()
        if module in whole and module not in reached:
            reached.add(module)
            waiting += imported_modules(whole[module])
    return reached


def imported_modules(tree: ast.AST) -> list[str]:
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            found += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return found


WRITING = {"add", "add_all", "merge", "delete", "flush"}  # of a session
STATEMENTS = {"insert", "update", "delete"}


def test_what_finds_or_tells_whether_something_is_changes_nothing() -> None:
    trees = {module_name(path): tree_of(path) for path in MODULES}
    called: dict[str, set[str]] = {}
    writing = {"tickets.journal.append"}
    for module, tree in trees.items():
        known = imported_names(tree)
        for function in (node for node in tree.body if isinstance(node, ast.FunctionDef)):
            name = f"{module}.{function.name}"
            calls = [node.func for node in ast.walk(function) if isinstance(node, ast.Call)]
            called[name] = {known.get(one.id, f"{module}.{one.id}") for one in calls if isinstance(one, ast.Name)}
            called[name] |= {
                f"{known.get(_owner(one), '')}.{one.attr}" for one in calls if isinstance(one, ast.Attribute)
            }
            writing |= {name} if any(map(_writes, calls)) else set()

    while more := {name for name, names in called.items() if name not in writing and names & writing}:
        writing |= more

    asking = {name for name in writing if re.match(r"_?(find|is|has|wants)_", name.rpartition(".")[2])}
    assert "tickets.conversations.filing.file_post" in writing
    assert asking == set()


def imported_names(tree: ast.Module) -> dict[str, str]:
    """The whole names of what a module imports, by the names that it has there."""
    found = [node for node in tree.body if isinstance(node, ast.ImportFrom)]
    return {alias.asname or alias.name: f"{node.module}.{alias.name}" for node in found for alias in node.names}


def _owner(call: ast.Attribute) -> str:
    return call.value.id if isinstance(call.value, ast.Name) else getattr(call.value, "attr", "")


def _writes(call: ast.expr) -> bool:
    if isinstance(call, ast.Attribute):
        return call.attr in WRITING and _owner(call) == "session"
    return isinstance(call, ast.Name) and call.id in STATEMENTS


def test_the_signing_secret_and_other_data_are_not_in_the_repository() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=HOUSE, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")

    assert not [name for name in listed.stdout.splitlines() if name.endswith((".sqlite3", ".eml.gz", "secret"))]


@pytest.mark.parametrize("method", ["connect", "connect_ex", "sendto"])
def test_no_test_reaches_beyond_this_machine(method: str) -> None:
    address = ("192.0.2.1", 9)  # RFC 5737: nobody's

    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as prober,
        pytest.raises(AssertionError, match=r"192\.0\.2\.1"),
    ):
        getattr(prober, method)(*([b"x"] if method == "sendto" else []), address)


# -- the tests -----------------------------------------------------------------------------

TESTS = sorted((HOUSE / "tests").rglob("test_*.py"))
SUPPORT = sorted((HOUSE / "tests" / "support").glob("*.py"))
LIBRARIES_OWN = {"_add_object"}  # private names of pypdf, which has no other way
TRIED_WHOLE = {  # rooms whose every module is tried by what tries all of them alike
    "dialogportal/commands/looking": "dialogportal/commands/test_commands.py",
    "dialogportal/commands/changing": "dialogportal/commands/test_commands.py",
    "dialogportal/commands/running": "dialogportal/commands/test_commands.py",
    "dialogportal/doctor": "dialogportal/doctor/test_checking.py",
    "dialogportal/facts": "dialogportal/test_printing.py",
    "mailer/letters/kinds": "templates/test_escaping.py",
    "mailer/processing/commands": "mailer/processing/test_commands.py",
    "tickets/acts": "tickets/acts/test_acts.py",
    "tickets/administration": "tickets/administration/test_changes.py",
    "web_archive/administration": "web_archive/administration/test_office.py",
    "tickets/database/models": "tickets/database/test_models.py",
    "tickets/search/engines": "tickets/search/test_searching.py",
    "demo": "demo/test_run.py",
}
TRIED_BY_OTHERS = {  # modules that are only parts of what another's test tries
    "dialogportal/hall.py": "dialogportal/test_entrance.py",
    "mailer/delivery/trial.py": "dialogportal/doctor/test_sending.py",
    "mailer/files/office.py": "mailer/files/test_documents.py",
    "mailer/files/pdf.py": "mailer/files/test_documents.py",
    "mailer/intake/web_forms.py": "web_archive/forms/test_asking.py",
    "mailer/letters/cases.py": "mailer/letters/test_inquiries.py",
    "mailer/letters/outbox.py": "mailer/letters/test_distribution.py",
    "mailer/letters/phrases.py": "mailer/letters/test_letters.py",
    "mailer/letters/proposing.py": "mailer/letters/test_inquiries.py",
    "mailer/privacy/pdf_colours.py": "mailer/privacy/test_pdf_pages.py",
    "mailer/privacy/pdf_marks.py": "mailer/privacy/test_pdf_pages.py",
    "mailer/history/heading_child.py": "mailer/history/test_looking.py",
    "mailer/processing/corrections.py": "mailer/processing/test_addressees.py",
    "mailer/processing/submission.py": "mailer/processing/test_journey.py",
    "mailer/sandbox/keeping_child.py": "mailer/sandbox/test_keeper.py",
    "mailer/sandbox/reading_child.py": "mailer/sandbox/test_reader.py",
    "mailer/sandbox/verifying_child.py": "mailer/authorship/test_verification.py",
    "tickets/conversations/exchanges.py": "tickets/conversations/test_conversation.py",
    "tickets/conversations/hidden.py": "tickets/conversations/test_anonymity.py",
    "tickets/conversations/repetitions.py": "mailer/processing/test_exposure.py",
    "tickets/database/group_commit.py": "tickets/database/test_store.py",
    "tickets/issues/back_issues.py": "web_archive/test_pages.py",
    "tickets/masking/contacts.py": "tickets/masking/test_masking.py",
    "tickets/masking/misread.py": "tickets/masking/test_masking.py",
    "tickets/masking/persons.py": "tickets/masking/test_masking.py",
    "tickets/masking/places.py": "tickets/masking/test_masking.py",
    "mailer/mime/ownletters.py": "mailer/mime/test_keys.py",
    "mailer/mime/pdf_streams.py": "mailer/mime/test_keys.py",
    "mailer/mime/sightings.py": "mailer/mime/test_keys.py",
    "mailer/mime/tnef.py": "mailer/reading/test_bodies.py",
    "web_archive/desk/answering.py": "web_archive/desk/test_cases.py",
    "web_archive/desk/deeds.py": "web_archive/desk/test_cases.py",
    "web_archive/desk/publishing.py": "web_archive/desk/test_cases.py",
    "web_archive/desk/queues.py": "web_archive/desk/test_cases.py",
    "tickets/writing/standards.py": "web_archive/desk/test_cases.py",
    "web_archive/desk/standing.py": "web_archive/desk/test_cases.py",
    "web_archive/desk/sitting.py": "web_archive/desk/test_cases.py",
    "web_archive/forms/orders.py": "web_archive/desk/test_cases.py",
    "tickets/archive/queues.py": "web_archive/desk/test_cases.py",
    "web_archive/forms/drafting.py": "web_archive/forms/test_asking.py",
    "web_archive/forms/keeping.py": "web_archive/forms/test_asking.py",
    "web_archive/forms/sending.py": "web_archive/forms/test_asking.py",
    "web_archive/forms/taking_part.py": "web_archive/forms/test_replying.py",
    "web_archive/forms/typed.py": "web_archive/forms/test_asking.py",
    "web_archive/rendering.py": "web_archive/test_app.py",
}


def defined_in(paths: list[Path]) -> dict[str, ast.FunctionDef]:
    return {name: node for path in paths for name, node in functions_of(path).items()}


@cache
def functions_of(path: Path) -> dict[str, ast.FunctionDef]:
    return {node.name: node for node in ast.walk(tree_of(path)) if isinstance(node, ast.FunctionDef)}


@cache
def expects(node: ast.FunctionDef) -> bool:
    """Whether a function can fail of itself."""
    return any(
        isinstance(one, ast.Assert | ast.Raise)
        or (isinstance(one, ast.Attribute) and ast.unparse(one) in ("pytest.raises", "pytest.fail"))
        for one in ast.walk(node)
    )


@cache
def called_in(node: ast.AST) -> set[str]:
    """The functions that are called by their bare names."""
    calls = [one.func for one in ast.walk(node) if isinstance(one, ast.Call)]
    return {call.id for call in calls if isinstance(call, ast.Name)}


@pytest.mark.parametrize("path", TESTS, ids=lambda path: str(path.relative_to(HOUSE)))
def test_every_test_can_fail(path: Path) -> None:
    helpers = defined_in([*SUPPORT, path])
    tests = [node for name, node in defined_in([path]).items() if name.startswith("test_")]

    assert [
        test.name
        for test in tests
        if not expects(test) and not any(expects(helpers[name]) for name in called_in(test) if name in helpers)
    ] == []


@pytest.mark.parametrize("path", [*TESTS, *SUPPORT], ids=lambda path: str(path.relative_to(HOUSE)))
def test_no_test_imports_a_test_or_reaches_for_a_private_name(path: Path) -> None:
    tree = tree_of(path)
    private = {
        one.attr
        for one in ast.walk(tree)
        if isinstance(one, ast.Attribute) and re.match("_(?!_)", one.attr)
        if ast.unparse(one.value) not in ("self", "cls")
    }
    patched = [one.value for one in ast.walk(tree) if isinstance(one, ast.Constant) and isinstance(one.value, str)]

    assert not [name for name in imported_modules(tree) if re.search(r"(?:^|\.)(?:test_|_(?!_))\w*$", name)]
    assert private <= LIBRARIES_OWN or path.name == "test_dependencies.py"  # which names those that the product uses
    assert not [one for one in patched if re.fullmatch(rf"(?:{'|'.join(ROOMS)})(?:\.\w+)*\._(?!_)\w+", one)]


@pytest.mark.parametrize("path", TESTS, ids=lambda path: str(path.relative_to(HOUSE)))
def test_no_test_reads_a_clock_as_a_bound(path: Path) -> None:
    calls = [ast.unparse(one.func) for one in ast.walk(tree_of(path)) if isinstance(one, ast.Call)]

    assert {f"time.{name}" for name in ("time", "monotonic", "process_time", "perf_counter")}.isdisjoint(calls)


def test_every_module_is_tried_by_a_test_that_is_found_by_its_name() -> None:
    """In the file of its name, or at least by a test that imports it; what is tried as a part is told above."""
    names = {str(path.relative_to(HOUSE)) for path in MODULES if path.stem not in ("__init__", "__main__", "env")}
    untried = names - tried_by_name(names)
    in_whole = {name: str(Path(name).parent) for name in untried if str(Path(name).parent) in TRIED_WHOLE}

    assert untried - set(in_whole) - set(TRIED_BY_OTHERS) == set()
    assert set(TRIED_BY_OTHERS) - untried == set()  # stale: they have a test by now, or are gone
    assert set(TRIED_WHOLE) - set(in_whole.values()) == set()
    assert {
        by for by in {*TRIED_WHOLE.values(), *TRIED_BY_OTHERS.values()} if HOUSE / "tests" / by not in TESTS
    } == set()


def tried_by_name(names: set[str]) -> set[str]:
    """Those of some modules that have a test file of their name, or are imported by a test."""
    imported = {name for path in TESTS for name in imported_modules(tree_of(path))}
    return {
        name
        for name in names
        if (HOUSE / "tests" / name).with_name(f"test_{Path(name).name}") in TESTS
        or name.removesuffix(".py").replace("/", ".") in imported
    }


def test_no_row_without_a_number_passes_for_number_0() -> None:
    nothing = ".id or " + "0"

    assert [path for path in HOUSE.rglob("*.py") if ".venv" not in path.parts and nothing in path.read_text()] == []
