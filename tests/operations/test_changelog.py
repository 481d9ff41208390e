"""The notes of a release are what the changelog says of it."""

import pytest

from operations.changelog import NotReleased, notes

CHANGELOG = "# Changelog\n\n## Unreleased\n\n- later\n\n## 0.2.0, 2026-12-01\n\n- this\n- that\n\n## 0.1.0, 2026-11-01\n\n- first\n"


def test_the_notes_are_the_versions_own() -> None:
    assert notes("v0.2.0", CHANGELOG, "0.2.0") == "- this\n- that\n"
    assert notes("0.1.0", CHANGELOG, "0.1.0") == "- first\n"


def test_a_tag_on_a_commit_of_another_version_is_no_release() -> None:
    with pytest.raises(NotReleased, match=r"pyproject.toml says 0\.1\.0"):
        notes("v0.2.0", CHANGELOG, "0.1.0")


def test_a_version_without_a_word_is_no_release() -> None:
    with pytest.raises(NotReleased, match="says nothing of 0.3.0"):
        notes("v0.3.0", CHANGELOG, "0.3.0")
