"""Our WordPress plugin: how comments are held, sent, decided, and how what moderators do is reported."""

import pytest

from tests.integrations.connected_blog import CALM, DOUBTFUL, NUMBERS, SPAM, ConnectedBlog


def test_a_calm_comment_is_published_and_a_rejected_one_becomes_spam(blog: ConnectedBlog) -> None:
    calm, spam = blog.comment(CALM[0]), blog.comment(SPAM)
    blog.becomes(calm, "approved")
    blog.becomes(spam, "spam")
    copy = blog.copy(calm)
    assert copy["text"] == "It's what I've \"always\" said: a lovely bridge & a river."
    assert copy["external_id"] == str(calm)
    assert copy["author"]["name"] == "Dana O'Neil"
    assert copy["thread"] == {"id": "1", "url": f"{blog.wordpress.url}/?p=1", "title": "Hello world!"}
    assert "Best casino bonus (http://pills.example/buy)" in blog.copy(spam)["text"]


def test_a_held_comment_waits_and_a_moderators_decision_comes_by_webhook(blog: ConnectedBlog) -> None:
    comment = blog.comment(DOUBTFUL)
    blog.copy_becomes(comment, "held")
    assert blog.state(comment) == "unapproved"
    blog.decide(comment, "approve")
    blog.becomes(comment, "approved")
    blog.decide(comment, "reject")
    blog.becomes(comment, "spam")
    blog.wordpress.set_options(greenroom_rejected="trash")
    blog.decide(comment, "hold")
    blog.becomes(comment, "unapproved")
    blog.decide(comment, "reject")
    blog.becomes(comment, "trash")
    blog.wordpress.set_options(greenroom_rejected="spam")


def test_what_was_written_while_greenroom_was_away_waits_and_is_sent_later(blog: ConnectedBlog) -> None:
    blog.away()
    first = blog.comment()
    # The form of newer versions refuses replies to comments that wait; other ways do not.
    reply = blog.insert("I think so too, and my neighbours do as well.", comment_parent=first)
    assert [blog.state(first), blog.state(reply)] == ["unapproved", "unapproved"]
    assert int(blog.wordpress.meta(first)["tries"]) >= 1
    assert "does not answer" in blog.wordpress.run("return get_option('greenroom_trouble');")
    assert blog.wordpress.run("return wp_next_scheduled('greenroom_retry') > 0;")
    blog.restore()
    blog.wordpress.work()
    blog.becomes(first, "approved")
    blog.becomes(reply, "approved")
    assert blog.copy(reply)["parent"] == blog.copy(first)["id"]
    assert {"due", "tries", "fault"}.isdisjoint(blog.wordpress.meta(first))
    assert blog.wordpress.run("return get_option('greenroom_trouble');") == ""


def test_a_reply_to_a_comment_from_before_the_plugin_goes_without_its_parent(blog: ConnectedBlog) -> None:
    reply = blog.comment(comment_parent="1")
    blog.becomes(reply, "approved")
    assert blog.copy(reply)["parent"] is None


def test_a_comment_by_the_rest_api_is_held_and_decided(blog: ConnectedBlog) -> None:
    words = f"Ring +49 30 555{next(NUMBERS):04} for the seats that are left."
    comment = blog.wordpress.run(
        "add_filter('rest_allow_anonymous_comments', '__return_true'); $r = new WP_REST_Request('POST', '/wp/v2/comments');"
        f"foreach (['post' => 1, 'author_name' => 'Ada', 'author_email' => 'ada@example.org', 'content' => '{words}']"
        " as $name => $value) $r->set_param($name, $value); return rest_do_request($r)->get_data()['id'];"
    )
    blog.copy_becomes(comment, "held")
    assert blog.state(comment) == "unapproved"
    blog.decide(comment, "approve")
    blog.becomes(comment, "approved")


@pytest.mark.parametrize(("kind", "moderated"), [("pingback", True), ("review", True), ("note", False), ("order_note", False)])
def test_comments_of_other_kinds(blog: ConnectedBlog, kind: str, *, moderated: bool) -> None:
    comment = blog.insert(f"A page about {kind} and gardens links here.", comment_type=kind)
    assert ("id" in blog.wordpress.meta(comment)) is moderated
    blog.becomes(comment, "approved")


@pytest.mark.parametrize(
    ("act", "state"),
    [("wp_spam_comment", "rejected"), ("wp_trash_comment", "rejected"), ("wp_set_comment_status(%d, 'hold')", "held")],
)
def test_what_a_moderator_does_in_wordpress_is_decided_in_greenroom_without_an_echo(
    blog: ConnectedBlog, act: str, state: str
) -> None:
    comment = blog.comment()
    blog.becomes(comment, "approved")
    blog.wordpress.as_admin(f"{act % comment if '%' in act else f'{act}({comment})'};")
    assert blog.copy(comment)["state"] == state
    undo = {"wp_spam_comment": "wp_unspam_comment", "wp_trash_comment": "wp_untrash_comment"}.get(act)
    blog.wordpress.as_admin(f"{undo}({comment});" if undo else f"wp_set_comment_status({comment}, 'approve');")
    copy = blog.copy(comment)
    assert (copy["state"], copy["version"]) == ("approved", 3)
    # Its own webhooks are no news.
    assert blog.wordpress.meta(comment)["sequence"] == "3"
    assert blog.receive(blog.event(comment, "rejected", 2)) == 200
    assert blog.state(comment) == "approved"


def test_a_decision_made_while_greenroom_was_away_stands_and_is_sent_later(blog: ConnectedBlog) -> None:
    comment = blog.comment(DOUBTFUL)
    blog.copy_becomes(comment, "held")
    blog.away()
    blog.wordpress.as_admin(f"wp_set_comment_status({comment}, 'approve');")
    blog.decide(comment, "reject")
    blog.restore()
    blog.wordpress.work()
    blog.copy_becomes(comment, "approved")
    assert blog.state(comment) == "approved"


def test_an_edit_by_a_moderator_stands_and_one_by_a_plugin_waits_again(blog: ConnectedBlog) -> None:
    comment = blog.comment()
    blog.becomes(comment, "approved")
    edit = "wp_update_comment(['comment_ID' => %d, 'comment_content' => '%s']);"
    blog.wordpress.as_admin(edit % (comment, "A moderator shortened this."))
    copy = blog.copy(comment)
    assert (copy["text"], copy["state"]) == ("A moderator shortened this.", "approved")
    assert blog.state(comment) == "approved"
    blog.wordpress.run(edit % (comment, "Call me at +49 30 12345678, at once."))
    assert blog.state(comment) == "unapproved"
    blog.copy_becomes(comment, "held")
    assert blog.copy(comment)["text"] == "Call me at +49 30 12345678, at once."


def test_a_comment_that_is_deleted_is_erased_also_if_greenroom_was_away(blog: ConnectedBlog) -> None:
    first, second = blog.comment(), blog.comment()
    for comment in (first, second):
        blog.becomes(comment, "approved")
    ids = [blog.copy(comment)["id"] for comment in (first, second)]
    blog.wordpress.as_admin(f"wp_delete_comment({first}, true);")
    blog.away()
    blog.wordpress.as_admin(f"wp_delete_comment({second}, true);")
    blog.restore()
    assert [blog.api.get(f"/comments/{one}").status_code for one in ids] == [404, 200]
    blog.wordpress.work()
    assert blog.api.get(f"/comments/{ids[1]}").json()["code"] == "gone"
    assert blog.wordpress.run("return greenroom_erasures();") == []


def test_a_comment_by_a_moderator_is_published_at_once_and_counts_as_approved(blog: ConnectedBlog) -> None:
    comment = blog.insert(f"Write to +49 30 444{next(NUMBERS):04} if you lost a dog.", admin=True)
    assert blog.state(comment) == "approved"
    blog.copy_becomes(comment, "approved")


def test_where_wordpress_wants_a_person_the_checks_publish_nothing(blog: ConnectedBlog) -> None:
    blog.wordpress.set_options(comment_moderation="1")
    comment = blog.comment()
    blog.copy_becomes(comment, "approved")
    assert blog.state(comment) == "unapproved"
    blog.wordpress.as_admin(f"wp_set_comment_status({comment}, 'approve');")
    assert blog.copy(comment)["history"][-1]["by"] == "key"
    blog.wordpress.set_options(comment_moderation="")


def test_a_comment_that_greenroom_refuses_waits_for_a_person_and_says_why(blog: ConnectedBlog) -> None:
    comment = blog.comment(CALM[0] * 200)
    assert blog.state(comment) == "unapproved"
    assert "/text" in blog.wordpress.meta(comment)["fault"]
    assert "due" not in blog.wordpress.meta(comment)
    blog.wordpress.as_admin(f"wp_delete_comment({comment}, true);")


def test_the_author_of_the_post_gets_one_mail_about_a_comment(blog: ConnectedBlog) -> None:
    blog.wordpress.set_options(comments_notify="1", moderation_notify="0")
    mails = blog.wordpress.folder / "mails.txt"
    mails.unlink(missing_ok=True)
    comment = blog.comment()
    blog.becomes(comment, "approved")
    assert mails.read_text().splitlines() == ["admin@news.example"]
    blog.wordpress.set_options(moderation_notify="1")


def test_the_answers_of_somebody_else_lose_nothing(blog: ConnectedBlog) -> None:
    deleted, waiting = blog.comment(), blog.comment(DOUBTFUL + " Soon!")
    blog.becomes(deleted, "approved")
    blog.copy_becomes(waiting, "held")
    number = blog.copy(deleted)["id"]
    for page in ("/readme.html?", "/nothing-here.html?"):
        blog.wordpress.set_options(greenroom_url=blog.wordpress.url + page)
        new = blog.insert(f"The answer of {page} is no verdict about my garden.")
        assert "id" not in blog.wordpress.meta(new)
        assert "something else answers" in blog.wordpress.meta(new)["fault"]
    blog.wordpress.as_admin(f"wp_delete_comment({deleted}, true); wp_set_comment_status({waiting}, 'approve');")
    blog.restore()
    blog.wordpress.work()
    assert blog.api.get(f"/comments/{number}").json()["code"] == "gone"
    blog.copy_becomes(waiting, "approved")
    blog.becomes(new, "approved")
