"""Hỏi đáp: questions as people type them, and the answers in force on any day since 2021."""
