<?php
/**
 * What is deleted in WordPress is erased in Greenroom. Each erasure that is not done is an option, since the comment is gone.
 *
 * @package Greenroom
 */

defined( 'ABSPATH' ) || exit;

add_action( 'delete_comment', 'greenroom_note_deletion', 10, 2 );
add_action( 'deleted_comment', 'greenroom_report_deletion' );

/** Remembers how Greenroom knows a comment that is about to be deleted. */
function greenroom_note_deletion( $comment_id, $comment ) {
	if ( ! greenroom_reports( $comment ) ) {
		return;
	}
	$id    = get_comment_meta( $comment_id, '_greenroom_id', true );
	$draft = get_comment_meta( $comment_id, '_greenroom_draft', true );
	if ( $id ) {
		greenroom_deletions( $comment_id, array( 'id' => $id ) );
	} elseif ( '' !== $draft ) {
		// It was sent, but no answer came. The same again tells its id.
		greenroom_deletions( $comment_id, array( 'body' => greenroom_body( $comment, $draft ) ) );
	}
}

/** Erases the comment in Greenroom once it is deleted here. */
function greenroom_report_deletion( $comment_id ) {
	$entry = greenroom_deletions( $comment_id );
	if ( $entry ) {
		greenroom_erase( greenroom_add_erasure( $entry ) );
	}
}

/** Keeps what is known of a comment from before its deletion until after it. */
function greenroom_deletions( $comment_id, $entry = null ) {
	static $entries = array();
	if ( null !== $entry ) {
		$entries[ $comment_id ] = $entry;
	}
	return isset( $entries[ $comment_id ] ) ? $entries[ $comment_id ] : null;
}

/** Stores an erasure that is to be done. Returns the name of its option. */
function greenroom_add_erasure( $entry ) {
	$name = 'greenroom_erase_' . md5( wp_json_encode( $entry ) );
	add_option(
		$name,
		$entry + array(
			'tries' => 0,
			'due'   => time() + MINUTE_IN_SECONDS,
		),
		'',
		false
	);
	greenroom_wake( time() + MINUTE_IN_SECONDS );
	return $name;
}

/** Erases a comment in Greenroom. Returns whether it is gone; if not, the cron job tries again. */
function greenroom_erase( $name ) {
	$entry = get_option( $name );
	if ( ! is_array( $entry ) ) {
		return true;
	}
	if ( ! isset( $entry['id'] ) ) {
		$answer      = greenroom_request( 'POST', '/v1/comments', $entry['body'] );
		$entry['id'] = greenroom_succeeded( $answer ) ? $answer['body']['id'] : null;
	}
	if ( $entry['id'] ) {
		$answer = greenroom_request( 'DELETE', '/v1/comments/' . rawurlencode( $entry['id'] ) );
	}
	// A body that is refused was never stored.
	$refused = ! $entry['id'] && greenroom_refused( $answer );
	if ( $refused || greenroom_succeeded( $answer ) || greenroom_is_gone( $answer ) ) {
		delete_option( $name );
		return true;
	}
	$entry['due'] = time() + greenroom_pause( $entry['tries']++ );
	if ( null === $entry['id'] ) {
		unset( $entry['id'] );
	}
	update_option( $name, $entry, false );
	greenroom_wake( $entry['due'] );
	return false;
}

/** Returns the names of all erasures that are not done. */
function greenroom_erasures() {
	global $wpdb;
	$pattern = $wpdb->esc_like( 'greenroom_erase_' ) . '%';
	// phpcs:ignore WordPress.DB.DirectDatabaseQuery -- no function lists options.
	return $wpdb->get_col( $wpdb->prepare( "SELECT option_name FROM $wpdb->options WHERE option_name LIKE %s ORDER BY option_id LIMIT 200", $pattern ) );
}
