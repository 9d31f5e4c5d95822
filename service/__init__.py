"""The service: domain, store, actions, jobs, web, processes, commands."""
