"""The costliest valid requests, found by a search: CPU seconds in this process, and those with locks held.

`people` draws people within the API's limits and changes them, `search` climbs to the costliest, and `life` lets
them send real requests. The costliest so far are in `kept.json` and are measured again each time.
"""
