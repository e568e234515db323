"""The server: one store behind HTTP, for a team."""
