"""What the account page calls a session: browser and system, such as "Firefox on Android", and the place of its time zone."""

from zoneinfo import ZoneInfo

import flask_babel
from babel.dates import get_timezone_location

from service.store.tables.accounts import BrowserSession
from service.web.http.i18n import _
from service.web.pages.highlight import visible_text

#: Words in a User-Agent header, and what they stand for. Most browsers also name others, so the first match counts.
_BROWSERS = {
    "Edg": "Edge", "OPR/": "Opera", "SamsungBrowser/": "Samsung Internet", "Vivaldi/": "Vivaldi", "Firefox/": "Firefox", "FxiOS/": "Firefox",
    "CriOS/": "Chrome", "Chrome/": "Chrome", "Safari/": "Safari",
}  # fmt: skip
_SYSTEMS = {
    "Android": "Android", "iPhone": "iPhone", "iPad": "iPad", "Windows": "Windows", "CrOS": "ChromeOS", "Mac OS X": "macOS", "Linux": "Linux",
}  # fmt: skip


def session_name(session: BrowserSession) -> str:
    """Browser and system; what the browser calls itself if they are not known."""
    browser, system = _first(_BROWSERS, session.user_agent), _first(_SYSTEMS, session.user_agent)
    if browser and system:
        return _("%(browser)s on %(system)s", browser=browser, system=system)
    return browser or system or visible_text(session.user_agent[:60]) or _("Unknown browser")


def session_place(session: BrowserSession) -> str:
    """The place of the browser's time zone, such as "Berlin time"; empty if it is not known."""
    if not session.zone:
        return ""
    place = get_timezone_location(ZoneInfo(session.zone), locale=flask_babel.get_locale(), return_city=True)
    return str(_("%(place)s time", place=place))


def _first(names: dict[str, str], user_agent: str) -> str:
    return next((name for word, name in names.items() if word in user_agent), "")
