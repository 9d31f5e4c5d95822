"""The choice in the comment form: a mail about the decision. A host that sends comments itself knows its readers' addresses."""

from uuid import UUID

from service.actions.comments.author_addresses import keep_address
from service.clock import utcnow
from service.web.resources.site_cache import CachedSite
from service.web.resources.web_resources import resources


def is_offered(site: CachedSite) -> bool:
    """Whether the form of this site offers a mail about the decision."""
    return site.mails_authors and resources().settings.sends_mail


def keep_choice(site: CachedSite, comment_id: UUID, email: str) -> None:
    """Keep the address of a reader who asked for the mail."""
    if email and is_offered(site):
        with resources().database.writing() as session:
            keep_address(session, comment_id, email, secret_box=resources().secret_box, now=utcnow())
