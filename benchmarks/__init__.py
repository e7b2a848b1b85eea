"""How fast FinCred is, measured beside the alternatives. `make bench`."""
