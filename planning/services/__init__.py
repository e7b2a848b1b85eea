"""Every write to snapshots and plans, and the questions that store nothing. Callers name the room they need."""
