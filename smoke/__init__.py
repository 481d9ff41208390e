"""`make deploy-smoke`: the template deployed to the embedded engine, used, changed and deleted."""
