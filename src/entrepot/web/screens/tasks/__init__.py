"""Long work as people see it: tasks, their events and priorities, facts that leave."""
