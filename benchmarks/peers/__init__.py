"""What one could have taken instead, on the same tables, each as its own documentation recommends."""
