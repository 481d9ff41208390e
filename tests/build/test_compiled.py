"""Of what is built, nothing is left for Lambda to compile; the check that says so finds what is."""

import compileall
import py_compile
from pathlib import Path

from infra.compiled import uncompiled


def test_sources_without_bytecode_and_with_bytecode_that_is_checked_are_found(tmp_path: Path) -> None:
    good, checked, bare = (tmp_path / name for name in ("good.py", "checked.py", "bare.py"))
    for source in (good, checked, bare):
        source.write_text("x = 1\n")
    compileall.compile_file(good, quiet=1, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
    compileall.compile_file(checked, quiet=1, invalidation_mode=py_compile.PycInvalidationMode.TIMESTAMP)
    assert uncompiled(tmp_path) == [bare, checked]
