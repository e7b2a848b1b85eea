"""How fast FinCred is, measured beside what else one could have taken. `make bench`."""
