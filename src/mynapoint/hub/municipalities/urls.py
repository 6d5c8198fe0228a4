"""The addresses of the municipal pages."""

from django.urls import path

from mynapoint.hub.municipalities import help_views, views

app_name = "municipalities"
urlpatterns = [
    path("<slug:slug>/", views.page, name="page"),
    path("<slug:slug>/survey/", views.survey, name="survey"),
    path("<slug:slug>/faq/", help_views.faq, name="faq"),
    path("<slug:slug>/inquiry/", views.inquiry, name="inquiry"),
]
