"""The service on one machine: `make run`, or `python -m local` from the repository's root.

`infra/template.yaml` says what exists. This package reads it and imitates the rest of AWS, and Zalo:

    browser, curl ──► server ─► gateway ──► pool ──► worker processes, which import the functions as Lambda does
                                   ▲          ▲          │              │
                    template ──────┘          │          ▼              ▼
                          schedules, sources ─┘      fake Zalo     engine (tables, streams, queues, secrets)
                                        ▲                               │
                                        └───────────────────────────────┘

Nothing in `functions/` or `layers/` imports from here.
"""
