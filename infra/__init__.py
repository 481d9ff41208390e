"""The stack as code: `template.yaml`, and how the local stack, the contract and the tests read it.

Nothing here imports from `local/` or `tests/`.
"""
