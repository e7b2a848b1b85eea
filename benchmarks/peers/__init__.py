"""The alternatives on the same tables, each as its own documentation recommends."""
