"""What planning takes in and gives out, a module for each kind of question."""
