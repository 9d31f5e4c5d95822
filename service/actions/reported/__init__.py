"""Use cases of readers' reports and complaints."""
