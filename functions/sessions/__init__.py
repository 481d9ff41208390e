"""Sign-in: Zalo says once who the citizen is; from then on our own session token does."""
