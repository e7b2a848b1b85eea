"""Planning over HTTP, a module for each kind of question."""
