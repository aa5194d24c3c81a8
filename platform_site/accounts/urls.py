"""People's own pages, and the demo's doors."""

from django.urls import path

from platform_site.accounts.views import demo, own, sign_in

app_name = "accounts"
urlpatterns = [
    path("sign-in/", sign_in.sign_in, name="sign-in"),
    path("sign-out/", sign_in.sign_out, name="sign-out"),
    path("sign-up/", sign_in.sign_up, name="sign-up"),
    path("desk/", own.desk, name="desk"),
    path("account/", own.account, name="account"),
    path("account/password/", own.password, name="password"),
    path("account/second-factor/", own.second_factor, name="second-factor"),
    path("demo/", demo.demo, name="demo"),
    path("demo/sign-in/<str:username>/", demo.demo_sign_in, name="demo-sign-in"),
    path("demo/clock/", demo.demo_clock, name="demo-clock"),
]
