"""The pages know the browser's time zone from the second page on."""

from tests.support.desk import Desk


def test_times_are_in_the_zone_of_the_browser(desk: Desk) -> None:
    page = desk.open(desk.sit_down(timezone_id="Asia/Kolkata"), "/account")
    page.wait_for_load_state()
    desk.open(page, "/account")
    assert page.locator("select[name=time_zone] option").first.inner_text() == "Same as browser (Asia/Calcutta)"
    assert "GMT+05:30" in page.locator("main").inner_text()
    page.select_option("select[name=time_zone]", "America/New_York")
    page.get_by_role("button", name="Save").first.click()
    page.get_by_text("Saved.").wait_for()
    assert "GMT-05:00" in page.locator("main").inner_text() or "GMT-04:00" in page.locator("main").inner_text()
