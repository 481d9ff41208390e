"""The stack as code: `template.yaml`, and its readers for the local stack, the contract and the tests.

Nothing here imports from `local/` or `tests/`.
"""
