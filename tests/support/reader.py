"""What a reader without an account does in Chromium."""

from playwright.sync_api import Page, expect


def fill_report(reader: Page) -> None:
    """Fill in the form that reports a comment: illegal, as defamation."""
    reader.get_by_label("It is illegal").check()
    reader.get_by_label("What is illegal about it?").select_option("defamation")
    reader.get_by_label("Why?").fill("It says something false about a person.")
    reader.get_by_label("Name").fill("Rita")
    reader.get_by_label("E-mail").fill("rita@mail.example")
    reader.get_by_label("accurate and complete").check()


def send_report(reader: Page) -> None:
    reader.get_by_role("button", name="Send the report").click()
    expect(reader.get_by_role("status")).to_contain_text("It waits for a person")
