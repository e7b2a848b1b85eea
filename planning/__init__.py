"""What to do with a person's money: snapshots of it, a plan for each goal, and why each plan is what it is.

Belongs here: snapshots, action plans, versions, questions about plans. Doesn't: goals themselves, and check-ins.
When you add a resource, also give views, serializers and services a module of its name, a route, and an example.
"""
