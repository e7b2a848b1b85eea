"""Every write to snapshots and plans, and the questions that store nothing, a module for each resource.

Belongs here: rules that need stored rows. Doesn't: arithmetic (`planning.engine`), and anything of HTTP.
When you add a write that plans depend on, also call `replan` or `write_changed_versions`, and test its atomicity.
"""
