"""Sign-in: Zalo says once who the citizen is; after that, our own session token says it."""
