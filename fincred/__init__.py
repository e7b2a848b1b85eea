"""FinCred: what every app stands on. Nothing in here knows a goal or a plan."""

__version__ = "0.1.0"
