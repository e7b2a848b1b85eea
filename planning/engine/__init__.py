"""The planning engine: plain values in, plain values out. It knows neither Django nor the clock."""

from typing import Final

ENGINE_VERSION: Final = "1"
