"""Who acts in a job: the person who started it, as the trail and the timelines name people."""

from entrepot.domain.parties.models import User
from entrepot.infra.audit.recorder import Actor
from entrepot.infra.tasks.queue import RunningJob


def actor_of(job: RunningJob) -> Actor:
    """Give the actor of a job: its owner, or the job itself where nobody or somebody who is gone started it.

    `job` of the actor names the job, for what has to be told apart from other work of the same person.
    """
    title = f"job {job.id}"
    people = User.objects.filter(pk=job.owner_id or 0)
    owner = people.values_list("display_name", flat=True).first()
    return Actor(
        user_id=job.owner_id,
        name=owner or title,
        channel="task",
        on_behalf_of_id=job.account_id,
        request_id=title,
        job=title,
    )
