from django.urls import path

from goals import views

urlpatterns = [
    path("goals", views.GoalList.as_view()),
    path("goals/<uuid:goal_id>", views.GoalDetail.as_view()),
]
