"""Our WordPress plugin: which webhooks it believes, and how it is connected and tested."""

import base64

import pytest

from tests.integrations.connected_blog import DOUBTFUL, ConnectedBlog

WRONG = "whsec_" + base64.b64encode(b"another secret, just as long").decode()


@pytest.fixture
def held(blog: ConnectedBlog) -> int:
    """A comment that is held."""
    comment = blog.comment(DOUBTFUL)
    blog.copy_becomes(comment, "held")
    blog.wordpress.as_admin(f"update_comment_meta({comment}, '_greenroom_sequence', 1);")
    return comment


def test_only_a_signed_webhook_of_these_minutes_changes_a_comment(blog: ConnectedBlog, held: int) -> None:
    approved = blog.event(held, "approved", 2)
    assert blog.receive(approved, secret=WRONG) == 401
    assert blog.receive(approved, seconds_ago=400) == 401
    assert blog.receive(approved, seconds_ago=-400) == 401
    assert blog.state(held) == "unapproved"
    assert blog.receive(approved) == 200
    assert blog.state(held) == "approved"


def test_a_webhook_that_comes_again_or_late_changes_nothing(blog: ConnectedBlog, held: int) -> None:
    approved = blog.event(held, "approved", 2)
    assert blog.receive(approved, message="a") == 200
    blog.wordpress.run(f"wp_set_comment_status({held}, 'hold');")
    assert blog.receive(approved, message="a") == 200
    assert blog.receive(blog.event(held, "rejected", 1), message="b") == 200
    assert blog.state(held) == "unapproved"


def test_a_webhook_about_a_comment_of_another_blog_is_ignored(blog: ConnectedBlog, held: int) -> None:
    other = blog.event(held, "approved", 2)
    other["data"]["comment"]["id"] = "0199c3f2-7c0f-7a52-8c7e-0d3b5a4f6e10"
    assert blog.receive(other) == 200
    for external_id in ("2-1", "1 OR 1", "9999999", "", None):
        other["data"]["comment"]["external_id"] = external_id
        assert blog.receive(other) == 200
    assert blog.state(held) == "unapproved"


def test_a_webhook_tells_the_id_if_the_answer_was_lost(blog: ConnectedBlog, held: int) -> None:
    approved = blog.event(held, "approved", 2)
    blog.wordpress.run(f"delete_comment_meta({held}, '_greenroom_id');")
    assert blog.receive(approved) == 200
    assert blog.state(held) == "approved"
    assert blog.wordpress.meta(held)["id"] == approved["data"]["comment"]["id"]


def test_a_comment_that_is_erased_in_greenroom_goes_to_the_trash(blog: ConnectedBlog, held: int) -> None:
    assert blog.api.delete(f"/comments/{blog.copy(held)['id']}").status_code == 204
    blog.becomes(held, "trash")


def test_webhooks_also_arrive_at_the_pretty_address(blog: ConnectedBlog, held: int) -> None:
    blog.wordpress.set_options(permalink_structure="/%postname%/")
    assert blog.receive(blog.event(held, "approved", 2), path="/wp-json/greenroom/v1/webhook") == 200
    blog.wordpress.set_options(permalink_structure="")
    assert blog.state(held) == "approved"


def test_what_no_webhook_brought_is_fetched_once_an_hour(blog: ConnectedBlog, held: int) -> None:
    erased = blog.comment()
    blog.becomes(erased, "approved")
    blog.wordpress.set_options(greenroom_secret=WRONG, comment_moderation="1")
    blog.decide(held, "approve")
    assert blog.api.delete(f"/comments/{blog.copy(erased)['id']}").status_code == 204
    blog.wordpress.run("do_action('greenroom_hourly');")
    blog.wordpress.set_options(comment_moderation="")
    assert [blog.state(held), blog.state(erased)] == ["approved", "trash"]


def test_the_test_says_what_works_and_what_does_not(blog: ConnectedBlog) -> None:
    good = blog.wordpress.as_admin("return greenroom_test();")
    assert [success for success, _ in good] == [True] * 4
    blog.wordpress.set_options(greenroom_secret=WRONG)
    assert blog.wordpress.as_admin("return greenroom_test();")[3] == [
        False, "Webhooks arrive, but the secret is another one. Press “Connect the webhook”.",
    ]  # fmt: skip
    blog.wordpress.set_options(greenroom_key="gr_nobody")
    [[success, sentence]] = blog.wordpress.as_admin("return greenroom_test();")
    assert (success, sentence) == (
        False, "Greenroom does not know this key. Make a new one with “greenroom key add” and enter it here.",
    )  # fmt: skip
    blog.away()
    [[success, sentence]] = blog.wordpress.as_admin("return greenroom_test();")
    assert not success
    assert sentence.startswith("Greenroom does not answer")


def test_the_clocks_are_compared(blog: ConnectedBlog) -> None:
    results = blog.wordpress.run("return array_map('greenroom_test_clock', [gmdate('r'), gmdate('r', time() - 250)]);")
    assert [success for success, _ in results] == [True, False]


def test_connecting_again_keeps_one_endpoint(blog: ConnectedBlog) -> None:
    blog.connect()
    blog.secret = blog.wordpress.run("return get_option('greenroom_secret');")
    endpoints = blog.api.get("/endpoints").json()["endpoints"]
    assert [endpoint["url"] for endpoint in endpoints] == [f"{blog.wordpress.url}/index.php?rest_route=/greenroom/v1/webhook"]
