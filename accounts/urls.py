from __future__ import annotations

from accounts.views import auth, passwords, users
from fincred.api.routes import path

urlpatterns = [
    path("auth/register", auth.Register.as_view()),
    path("auth/verify-email", auth.VerifyEmail.as_view()),
    path("auth/resend-verification", auth.ResendVerification.as_view()),
    path("auth/login", auth.Login.as_view()),
    path("auth/refresh", auth.Refresh.as_view()),
    path("auth/logout", auth.Logout.as_view()),
    path("auth/logout-all", auth.LogoutAll.as_view()),
    path("auth/password/change", passwords.PasswordChange.as_view()),
    path("auth/password/reset", passwords.PasswordReset.as_view()),
    path("auth/password/reset/confirm", passwords.PasswordResetConfirm.as_view()),
    path("users/me", users.Me.as_view()),
    path("users/me/export", users.Export.as_view()),
    path("users/me/profile", users.ProfileDetail.as_view()),
]
