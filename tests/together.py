"""Which tests keep to one worker: those of one running installation, and those of a module that sets one up.

The scheduler goes by the ids of tests, for xdist's own groups do nothing with this pytest: they hang on an attribute that it no longer has.
"""

from pathlib import PurePosixPath

from xdist.scheduler import LoadScopeScheduling

#: What goes through all pages; beside the rest, each with a server of its own, so that two workers have about the same to do.
_PAGE_BY_PAGE = frozenset({"test_accessibility.py", "test_gallery.py", "test_hostile_texts.py", "test_large_records.py", "test_looks.py"})
_VARIANTS = ("every id renamed", "on PostgreSQL", "as written")
#: Where the tests of a module share an installation, which takes seconds to set up.
_BY_MODULE = ("tests/integration/web/", "tests/integration/screens/", "tests/integration/cli/", "tests/security/")


def group_of(nodeid: str) -> str:
    """Return what a test is kept together with; its own id where it can run anywhere."""
    module, _, case = nodeid.partition("::")
    name = PurePosixPath(module).name
    variant = next((variant for variant in _VARIANTS if variant in case), "")
    if module.startswith("tests/acceptance/browser/"):
        return f"browser {variant} {'pages' if name in _PAGE_BY_PAGE else 'work'}"
    if module.startswith("tests/acceptance/doors/"):
        return f"doors {variant}"
    if name == "test_open_over_a_publish.py":
        return f"{module} {variant}"
    return module if module.startswith(_BY_MODULE) else nodeid


class Together(LoadScopeScheduling):
    """Hands the tests of a group to one worker, the largest groups first."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)
