from fincred.api.routes import path
from goals import views

urlpatterns = [
    path("goals", views.GoalList.as_view()),
    path("goals/<id:goal_id>", views.GoalDetail.as_view(), name="goal"),
]
