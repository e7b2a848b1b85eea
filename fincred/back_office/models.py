"""Figures of the start page. No rows of people: these are in their apps."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from fincred.db.privacy import NOT_PERSONAL


class DailyFigure(models.Model):
    """A number that was counted for a day, such as how many people joined on it."""

    privacy = NOT_PERSONAL
    in_backups = False

    name = models.CharField(max_length=40)
    day = models.DateField()
    value = models.PositiveBigIntegerField()
    counted_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["name", "day"], name="daily_figure_once")]

    def __str__(self) -> str:
        return f"{self.name} on {self.day}: {self.value}"
