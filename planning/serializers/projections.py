"""A goal's planned, actual and projected amounts. Its view is in `tracking.views`, which knows check-ins."""

from __future__ import annotations

from fincred.api.serializers import DateField, MoneyField, Serializer, UUIDField


class ProjectedPointSerializer(Serializer):
    """Null where a series has no value: `planned` ends with the plan, `actual` with today."""

    date = DateField()
    planned = MoneyField(allow_null=True)
    actual = MoneyField(allow_null=True)
    projected = MoneyField(allow_null=True)


class ProjectionSerializer(Serializer):
    """Series ready to plot, in the order of their dates."""

    goal_id = UUIDField(source="goal.id")
    as_of = DateField(help_text="Today, where the person lives.")
    target_amount = MoneyField(source="goal.target_amount")
    target_date = DateField(source="goal.target_date")
    series = ProjectedPointSerializer(source="projection.series", many=True)
    projected_completion_date = DateField(
        source="projection.projected_completion_date",
        allow_null=True,
        help_text=(
            "By the plan that would be made today, which may ask for other amounts than the action plan once "
            "less or more was put in than asked. Null past 600 months, or if the goal is on hold, or is a reserve "
            "or a cycle of a recurring goal that has all of its target."
        ),
    )
