"""FinCred: the settings and the kernel that every app stands on, packages for them, and the roof above all apps.

Belongs here: what several apps need (errors, events, money, the clock). `api`, `db` and `ops` are packages below
the apps, `companion`, `back_office` and `urls` the roof. Doesn't: below the roof, what knows a goal or a plan.
When you add a module to the kernel, also name it in the layers of pyproject.toml, and if it is pure, there.
"""

__version__ = "0.1.0"
