"""Our WordPress plugin: its settings page, privacy tools, deactivation and uninstallation."""

import re
import zipfile
from pathlib import Path

import httpx

from tests.integrations.connected_blog import DOUBTFUL, ConnectedBlog
from tests.support.wordpress_plugin import SOURCE, build


def test_the_pages_for_settings_and_privacy_show_no_secrets_and_the_buttons_work(blog: ConnectedBlog) -> None:
    url = blog.wordpress.url
    with httpx.Client(base_url=url, follow_redirects=True, timeout=60) as admin:
        admin.get("/wp-login.php")
        admin.post("/wp-login.php", data={"log": "admin", "pwd": "a password"})
        page = admin.get("/wp-admin/options-general.php?page=greenroom").text
        assert f'value="{blog.url}"' in page
        assert blog.key not in page
        assert blog.secret not in page
        assert "keyed hashes" in admin.get("/wp-admin/options-privacy.php?tab=policyguide").text
        nonce = re.findall(r'name="_wpnonce" value="(\w+)"', page)[-1]
        form = {"action": "greenroom", "greenroom_button": "again", "_wpnonce": nonce}
        assert "notice-success" in admin.post("/wp-admin/admin-post.php", data=form).text
        assert admin.post("/wp-admin/admin-post.php", data=form | {"_wpnonce": "0"}).status_code == 403
        saving = {"option_page": "greenroom", "action": "update", "greenroom_url": "javascript:alert(1)", "greenroom_key": ""}
        saving["_wpnonce"] = re.findall(r'name="_wpnonce" value="(\w+)"', page)[0]
        admin.post("/wp-admin/options.php", data=saving | {"greenroom_rejected": "elsewhere", "greenroom_secret": ""})
    kept = blog.wordpress.run("return array_map('greenroom_setting', ['url', 'key', 'secret', 'rejected']);")
    assert kept == ["", blog.key, blog.secret, "spam"]


def test_a_refused_key_is_shown_in_plain_words(blog: ConnectedBlog) -> None:
    blog.wordpress.set_options(greenroom_key="gr_nobody")
    comment = blog.comment()
    assert blog.state(comment) == "unapproved"
    page = blog.wordpress.as_admin(
        "require_once ABSPATH . 'wp-admin/includes/admin.php'; set_current_screen('settings_page_greenroom');"
        "greenroom_register_settings(); ob_start(); greenroom_show_notice(); greenroom_show_page(); return ob_get_clean();"
    )
    assert "Greenroom does not know this key." in page
    assert re.search(r"\d+ comments? waits? to be sent", page)
    blog.restore()
    blog.wordpress.as_admin("return greenroom_send_again();")
    blog.becomes(comment, "approved")


def test_a_person_gets_what_greenroom_stores_and_is_erased_there(blog: ConnectedBlog) -> None:
    comment = blog.comment(DOUBTFUL, email="ruth@example.org")
    blog.copy_becomes(comment, "held")
    person = "call_user_func(apply_filters('wp_privacy_personal_data_%s', [])['greenroom']['callback'], 'ruth@example.org')"
    exported = blog.wordpress.run(f"return {person % 'exporters'};")
    fields = {field["name"]: field["value"] for field in exported["data"][0]["data"]}
    assert fields["Text"].startswith("Call me at")
    assert fields["State"] == "held"
    number = blog.copy(comment)["id"]
    erased = blog.wordpress.run(f"return {person % 'erasers'};")
    assert (erased["items_removed"], erased["items_retained"], erased["messages"]) == (True, False, [])
    assert blog.api.get(f"/comments/{number}").json()["code"] == "gone"
    # WordPress decides what becomes of its own copy; nothing is sent again.
    assert blog.state(comment) == "unapproved"
    blog.wordpress.as_admin(f"wp_set_comment_status({comment}, 'approve');")
    assert blog.wordpress.meta(comment).get("due") is None


def test_an_erasure_that_fails_says_so_and_is_done_later(blog: ConnectedBlog) -> None:
    comment = blog.comment(email="noor@example.org")
    blog.becomes(comment, "approved")
    number = blog.copy(comment)["id"]
    blog.away()
    assert "errors" in blog.wordpress.run("return greenroom_export_person('noor@example.org');")
    erased = blog.wordpress.run("return greenroom_erase_person('noor@example.org');")
    assert erased["items_retained"]
    assert len(erased["messages"]) == 2
    blog.restore()
    blog.wordpress.work()
    assert blog.api.get(f"/comments/{number}").json()["code"] == "gone"


def test_without_settings_and_without_the_plugin_wordpress_works_as_ever(blog: ConnectedBlog) -> None:
    waiting = blog.comment(DOUBTFUL)
    blog.wordpress.set_options(greenroom_key="")
    assert blog.state(blog.comment()) == "approved"
    blog.wordpress.as_admin(
        "require_once ABSPATH . 'wp-admin/includes/admin.php'; deactivate_plugins('greenroom/greenroom.php');"
    )
    assert blog.wordpress.run("return wp_next_scheduled('greenroom_hourly') || wp_next_scheduled('greenroom_retry');") is False
    assert blog.state(blog.comment()) == "approved"
    assert blog.state(waiting) == "unapproved"
    blog.wordpress.as_admin(f"wp_set_comment_status({waiting}, 'approve');")
    blog.wordpress.set_options(active_plugins=["greenroom/greenroom.php"])


def test_uninstalling_leaves_nothing(blog: ConnectedBlog) -> None:
    blog.away()
    blog.comment()
    blog.wordpress.as_admin(
        "require_once ABSPATH . 'wp-admin/includes/admin.php'; deactivate_plugins('greenroom/greenroom.php');"
        "uninstall_plugin('greenroom/greenroom.php');"
    )
    left = blog.wordpress.run(
        'global $wpdb; return $wpdb->get_col("SELECT option_name FROM $wpdb->options WHERE CONCAT(option_name, option_value) LIKE'
        " '%greenroom\\\\_%' UNION SELECT meta_key FROM $wpdb->commentmeta WHERE meta_key LIKE '%greenroom%'\");"
    )
    assert left == []
    blog.wordpress.set_options(active_plugins=["greenroom/greenroom.php"])


def test_the_zip_is_reproducible_and_whole(tmp_path: Path) -> None:
    for name in ("a.zip", "b.zip"):
        build(tmp_path / name)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        names = set(archive.namelist())
    assert {
        "greenroom/greenroom.php",
        "greenroom/readme.txt",
        "greenroom/uninstall.php",
        "greenroom/languages/greenroom-de_DE.mo",
    } <= names
    assert len(names) == sum(1 for path in SOURCE.rglob("*") if path.is_file())
    headers = (SOURCE / "greenroom.php").read_text() + (SOURCE / "readme.txt").read_text()
    versions = re.findall(r"^(?: \* Version: +|Stable tag: )(\S+)$", headers, re.MULTILINE)
    assert versions[0] == versions[1]


def test_the_pages_speak_german(blog: ConnectedBlog) -> None:
    german = (
        "add_filter('locale', function () { return 'de_DE'; }); unload_textdomain('greenroom'); greenroom_load_translations();"
    )
    assert blog.wordpress.run(f"{german} return __('The clocks agree.', 'greenroom');") == "Die Uhren stimmen überein."
