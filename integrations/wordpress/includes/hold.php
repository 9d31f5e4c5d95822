<?php
/**
 * New comments: they wait until Greenroom has decided, and are sent to it at once.
 *
 * @package Greenroom
 */

defined( 'ABSPATH' ) || exit;

add_filter( 'pre_comment_approved', 'greenroom_hold', 99, 2 );
add_action( 'wp_insert_comment', 'greenroom_mark_new', 10, 2 );
add_action( 'comment_post', 'greenroom_send', 5 );
add_action( 'rest_insert_comment', 'greenroom_send_from_rest', 5, 3 );

/** Holds a new comment, unless WordPress refused it, found it to be spam, or its author may moderate it. */
function greenroom_hold( $approved, $comment ) {
	$type = isset( $comment['comment_type'] ) ? $comment['comment_type'] : '';
	if ( is_wp_error( $approved ) || ! in_array( (string) $approved, array( '0', '1' ), true ) || ! greenroom_is_set_up() || ! greenroom_moderates( $type ) ) {
		greenroom_expects_comment( false );
		return $approved;
	}
	greenroom_expects_comment( true );
	$user_id = isset( $comment['user_id'] ) ? (int) $comment['user_id'] : 0;
	return greenroom_trusts( $user_id, (int) $comment['comment_post_ID'] ) ? $approved : 0;
}

/** Whether the next comment that WordPress stores is one for Greenroom. Imported ones are not. */
function greenroom_expects_comment( $expects = null ) {
	static $expected = false;
	if ( null !== $expects ) {
		$expected = $expects;
	}
	return $expected;
}

/** Notes with a new comment that it is to be sent. If this page load dies before it is, the cron job sends it. */
function greenroom_mark_new( $comment_id, $comment ) {
	if ( ! greenroom_expects_comment() ) {
		return;
	}
	greenroom_expects_comment( false );
	if ( '1' === (string) $comment->comment_approved ) {
		update_comment_meta( $comment_id, '_greenroom_decision', 'approve' );
	}
	greenroom_set_due( $comment_id, time() + MINUTE_IN_SECONDS );
}

/** Sends a new comment, before WordPress writes its mails (at 10), which depend on the state. */
function greenroom_send( $comment_id ) {
	if ( ! get_comment_meta( $comment_id, '_greenroom_due', true ) ) {
		return;
	}
	// The hook of WordPress at 10 mails the author of the post, so the change of the state must not do so as well.
	add_filter( 'notify_post_author', '__return_false', 99 );
	greenroom_sync( $comment_id );
	remove_filter( 'notify_post_author', '__return_false', 99 );
}

/** Sends a comment that was written by the REST API, where comment_post is not called. */
function greenroom_send_from_rest( $comment, $request, $creating ) {
	if ( $creating && get_comment_meta( $comment->comment_ID, '_greenroom_due', true ) ) {
		greenroom_sync( $comment->comment_ID );
	}
}
