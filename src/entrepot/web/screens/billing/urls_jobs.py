"""Addresses of long work in the provider's panel."""

from django.urls import path

from entrepot.web.screens.billing import jobs

urlpatterns = [
    path("tasks/", jobs.task_list, name="tasks"),
    path("jobs/<int:number>/", jobs.job_page, name="job"),
    path("jobs/<int:number>/stop/", jobs.stop_job, name="job-stop"),
]
