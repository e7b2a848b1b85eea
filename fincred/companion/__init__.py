"""What the existing mobile app calls beyond the other apps: part of the roof, which knows every app.

Belongs here: translation of that app's words, and what accompanies people. Doesn't: a second home for a rule.
When you add a call, also give it the tag `companion`, and say in docs/existing-app.md which screen needs it.
"""
