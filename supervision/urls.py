"""Supervision's pages: reading, and the authority's own orders."""

from django.urls import path

from supervision import views

app_name = "supervision"
LOT = "lots/<str:reference>/<int:number>/"
urlpatterns = [
    path("", views.board, name="board"),
    path(LOT + "orders/", views.orders, name="orders"),
    path(LOT + "orders/<uuid:order_id>/lift/", views.lift, name="order-lift"),
]
