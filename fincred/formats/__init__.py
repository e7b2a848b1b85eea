"""How the back office writes days and moments, by language; Django reads it (`FORMAT_MODULE_PATH`)."""
