from fincred.api.routes import path
from fincred.companion.views import coach, education, notifications, preferences, progress, pulses

urlpatterns = [
    path("notifications", notifications.NotificationList.as_view()),
    path("notifications/<id:notification_id>", notifications.NotificationDetail.as_view(), name="notification"),
    path("devices", notifications.DeviceList.as_view()),
    path("devices/<id:device_id>", notifications.DeviceDetail.as_view(), name="device"),
    path("users/me/notification-preferences", preferences.PreferencesDetail.as_view()),
    path("unsubscribe/<str:token>", preferences.Unsubscribe.as_view()),
    path("goals/<id:goal_id>/progress", progress.GoalProgress.as_view()),
    path("checkins", pulses.PulseList.as_view()),
    path("checkins/latest", pulses.LatestPulse.as_view()),
    path("checkins/<id:pulse_id>", pulses.PulseDetail.as_view(), name="pulse"),
    path("education/snippets", education.SnippetList.as_view()),
    path("education/snippets/<id:snippet_id>", education.SnippetDetail.as_view()),
    path("chat/start", coach.ChatStart.as_view()),
    path("chat/message", coach.ChatMessages.as_view()),
    path("chat/session/<id:session_id>", coach.ChatSessionDetail.as_view(), name="chat-session"),
    path("chat/session/<id:session_id>/refresh", coach.ChatSessionRefresh.as_view()),
    path("chat/health", coach.ChatHealth.as_view()),
]
