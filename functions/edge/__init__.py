"""The edge of the service: health, the contract, and the answer to everything that has no route."""
