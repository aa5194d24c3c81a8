"""Supervision's pages: reading, and the authority's own orders and doubts."""

from django.urls import path

from supervision import doubts, views

app_name = "supervision"
LOT = "lots/<str:reference>/<int:number>/"
urlpatterns = [
    path("", views.board, name="board"),
    path(LOT + "orders/", views.orders, name="orders"),
    path(LOT + "orders/<uuid:order_id>/lift/", views.lift, name="order-lift"),
    path("qualifications/", doubts.qualifications, name="qualifications"),
    path("qualifications/<uuid:qualification_id>/", doubts.doubt, name="doubt"),
    path("qualifications/<uuid:qualification_id>/doubts/<uuid:doubt_id>/end/", doubts.end, name="doubt-end"),
]
