<?php
/**
 * A comment of WordPress as Greenroom's API takes it.
 *
 * @package Greenroom
 */

defined( 'ABSPATH' ) || exit;

/** Returns what stands before ids, so that several blogs of a network can share a site in Greenroom. A blog that becomes the main one of a network keeps its ids. */
function greenroom_prefix() {
	return is_multisite() && ! is_main_site() ? get_current_blog_id() . '-' : '';
}

/** Returns the id under which Greenroom knows the page of a post. */
function greenroom_thread_id( $post_id ) {
	return greenroom_prefix() . $post_id;
}

/**
 * Returns the body of a new comment.
 *
 * @param WP_Comment $comment The comment.
 * @param string     $text    Its text. Greenroom stores a comment once, and takes no other text under the same id.
 * @return array
 */
function greenroom_body( $comment, $text ) {
	$post_id = (int) $comment->comment_post_ID;
	$body    = array(
		'external_id' => greenroom_prefix() . $comment->comment_ID,
		'thread'      => array(
			'id'    => greenroom_thread_id( $post_id ),
			'url'   => (string) get_permalink( $post_id ),
			'title' => mb_substr( greenroom_plain( get_the_title( $post_id ) ), 0, 1000 ),
		),
		'author'      => greenroom_author( $comment ),
		'text'        => $text,
		'context'     => greenroom_context( $comment ),
	);
	if ( $comment->comment_parent ) {
		$body['parent'] = greenroom_prefix() . $comment->comment_parent;
	}
	return $body;
}

/** Returns the author. Values that Greenroom would refuse are left out. */
function greenroom_author( $comment ) {
	$author = array(
		'name'  => mb_substr( greenroom_plain( $comment->comment_author ), 0, 200 ),
		'email' => is_email( $comment->comment_author_email ) ? $comment->comment_author_email : '',
		'url'   => preg_match( '#^https?://\S+$#i', $comment->comment_author_url ) ? $comment->comment_author_url : '',
	);
	if ( $comment->user_id ) {
		$author['id']       = (string) $comment->user_id;
		$author['verified'] = user_can( (int) $comment->user_id, 'edit_posts' );
	}
	return $author;
}

/** Returns the circumstances of a comment. */
function greenroom_context( $comment ) {
	return array(
		'ip'         => filter_var( $comment->comment_author_IP, FILTER_VALIDATE_IP ) ? $comment->comment_author_IP : '',
		'user_agent' => mb_substr( (string) $comment->comment_agent, 0, 1000 ),
		'language'   => str_replace( '_', '-', get_locale() ),
		'posted_at'  => mysql2date( 'Y-m-d\TH:i:s\Z', $comment->comment_date_gmt, false ),
	);
}

/** Returns the text of a comment without HTML. A link keeps its address: `words (address)`. */
function greenroom_text( $comment ) {
	$html = preg_replace_callback( '#<a\b[^>]*\bhref=(["\'])(.*?)\1[^>]*>(.*?)</a>#is', 'greenroom_link_text', $comment->comment_content );
	$html = preg_replace( '#<br\s*/?>\s*|</(?:p|li|blockquote|pre|div)>\s*#i', "\n", $html );
	return trim( greenroom_plain( $html ) );
}

/** Returns a link as text. */
function greenroom_link_text( $part ) {
	return trim( $part[2] ) === trim( $part[3] ) ? $part[2] : "$part[3] ($part[2])";
}

/** Removes tags and decodes entities. */
function greenroom_plain( $html ) {
	return html_entity_decode( wp_strip_all_tags( (string) $html ), ENT_QUOTES | ENT_HTML5, 'UTF-8' );
}
