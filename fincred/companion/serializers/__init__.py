"""The shapes that the existing mobile app sends and reads, by subject."""
