from fincred.api.routes import path
from fincred.companion.views import education, progress, pulses

urlpatterns = [
    path("goals/<id:goal_id>/progress", progress.GoalProgress.as_view()),
    path("checkins", pulses.PulseList.as_view()),
    path("checkins/latest", pulses.LatestPulse.as_view()),
    path("checkins/<id:pulse_id>", pulses.PulseDetail.as_view(), name="pulse"),
    path("education/snippets", education.SnippetList.as_view()),
    path("education/snippets/<id:snippet_id>", education.SnippetDetail.as_view()),
]
