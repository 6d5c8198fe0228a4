"""The addresses where a resident says “this is not mine”, and sees what became of it."""

from django.urls import path

from mynapoint.hub.support import correction_views

app_name = "corrections"
urlpatterns = [
    path("claim/<uuid:application>/", correction_views.claim, name="claim"),
    path("<int:pk>/", correction_views.correction, name="correction"),
    path("<int:pk>/withdraw/", correction_views.withdrawn, name="withdraw"),
]
