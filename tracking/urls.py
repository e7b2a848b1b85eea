from fincred.api.routes import path
from tracking import views

urlpatterns = [
    path("goals/<id:goal_id>/check-ins", views.GoalCheckIns.as_view()),
    path("goals/<id:goal_id>/projection", views.GoalProjectionView.as_view()),
    path("check-ins", views.CheckInList.as_view()),
    path("check-ins/<id:check_in_id>", views.CheckInDetail.as_view(), name="check-in"),
    path("dashboard", views.DashboardView.as_view()),
]
