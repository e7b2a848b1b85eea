"""Random lives over HTTP, for `planning.tests.test_drill_lives`: what people have and do, and what must be true.

`bank` is the money, written from the planning rules alone; `script` makes a life and shrinks one that fails;
`person` lives it over the API; `told` compares what the API tells.
"""
