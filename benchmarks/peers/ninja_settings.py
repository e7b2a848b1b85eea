from benchmarks.peers.django_settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.peers.ninja"
