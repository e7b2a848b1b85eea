"""The back office's own pages: the start page, the search box, the page of a person. Part of the roof.

Belongs here: what shows rows of several apps together. Doesn't: lists and actions, which are in each app's
`admin.py`, and what every page is made of (`accounts.back_office`).
When you add a page, record each look at a person, and add it to the walk of roles in `tests/test_roles.py`.
"""
