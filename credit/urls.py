"""The register of subjects and one's own subjects."""

from django.urls import path

from credit.views import own, public, qualifications

app_name = "credit"
urlpatterns = [
    path("", public.subject_index, name="subjects"),
    path("register/", own.register, name="register"),
    path("mine/", own.mine, name="mine"),
    path("act-for/", own.act_for, name="act-for"),
    path("invitations/<str:token>/", own.invitation, name="invitation"),
    path("<str:code>/members/", own.members, name="members"),
    path("<str:code>/members/end/", own.member_end, name="member-end"),
    path("<str:code>/members/invitations/<int:invitation_id>/revoke/", own.invitation_revoke, name="invitation-revoke"),
    path("<str:code>/keys/", own.keys, name="keys"),
    path("<str:code>/keys/<uuid:key_id>/revoke/", own.key_revoke, name="key-revoke"),
    path("<str:code>/qualifications/", qualifications.qualifications, name="qualifications"),
    path(
        "<str:code>/qualifications/<uuid:qualification_id>/withdraw/",
        qualifications.withdraw,
        name="qualification-withdraw",
    ),
    path("<str:code>/", public.subject_detail, name="subject"),
]
