from fincred.api.routes import path
from fincred.companion.views import pulses

urlpatterns = [
    path("checkins", pulses.PulseList.as_view()),
    path("checkins/latest", pulses.LatestPulse.as_view()),
    path("checkins/<id:pulse_id>", pulses.PulseDetail.as_view()),
]
