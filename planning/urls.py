from fincred.api.routes import path
from planning.views import action_plans, calendars, debt_payoff, plans, proposals, snapshots, suggestions, what_if

urlpatterns = [
    path("snapshot", snapshots.SnapshotView.as_view()),
    path("snapshot/history", snapshots.SnapshotHistory.as_view()),
    path("planning/plan", plans.PlanEverything.as_view()),
    path("planning/what-if", what_if.WhatIf.as_view()),
    path("planning/debt-payoff", debt_payoff.DebtPayoff.as_view()),
    path("planning/calendar", calendars.CalendarView.as_view()),
    path("planning/calendar/link", calendars.CalendarLinkView.as_view()),
    path("calendar/<str:secret>.ics", calendars.CalendarFeed.as_view(), name="calendar"),
    path("planning/suggestions", suggestions.Suggestions.as_view()),
    path("goals/<id:goal_id>/action-plans", action_plans.GoalActionPlans.as_view()),
    path("action-plans", action_plans.ActionPlanList.as_view()),
    path("action-plans/<id:plan_id>", action_plans.ActionPlanDetail.as_view(), name="action-plan"),
    path("action-plans/<id:plan_id>/regenerate", action_plans.ActionPlanRegenerate.as_view()),
    path("action-plans/<id:plan_id>/proposal", proposals.Proposal.as_view()),
    path("action-plans/<id:plan_id>/proposal/accept", proposals.ProposalAccept.as_view()),
    path("action-plans/<id:plan_id>/versions", action_plans.ActionPlanVersions.as_view()),
]
