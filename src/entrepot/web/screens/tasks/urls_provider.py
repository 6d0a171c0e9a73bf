"""Addresses of long work in the provider's panel."""

from django.urls import path

from entrepot.web.screens.tasks import facts, kinds, listing, page

urlpatterns = [
    path("tasks/", listing.task_list, name="tasks"),
    path("tasks/kinds/", kinds.kinds, name="task-kinds"),
    path("tasks/kinds/choose/", kinds.choose, name="task-choose"),
    path("tasks/facts/", facts.facts, name="task-facts"),
    path("tasks/facts/<int:number>/again/", facts.again, name="task-fact-again"),
    path("jobs/<int:number>/", page.job_page, name="job"),
    path("jobs/<int:number>/stop/", page.stop_job, name="job-stop"),
    path("jobs/<int:number>/restart/", page.restart_job, name="job-restart"),
    path("jobs/<int:number>/now/", page.run_job_now, name="job-now"),
]
