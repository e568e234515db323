"""A store behind a server of ours: the contract as requests."""
