<?php
/**
 * Gives comments the state that Greenroom says.
 *
 * @package Greenroom
 */

defined( 'ABSPATH' ) || exit;

/**
 * Takes a state over, unless it is older than what is known, or a moderator decided here and Greenroom does not know it yet.
 *
 * @param int    $comment_id The comment.
 * @param string $state      approved, rejected, held or erased; others change nothing.
 * @param string $by         Who changed it: policy, moderator, key or host.
 * @param int    $sequence   The number of the change.
 * @return bool Whether it is done. If not, the same may be tried again.
 */
function greenroom_take( $comment_id, $state, $by, $sequence ) {
	greenroom_forget_cache( $comment_id );
	if ( $sequence <= (int) get_comment_meta( $comment_id, '_greenroom_sequence', true ) ) {
		return true;
	}
	$decided_here = '' !== get_comment_meta( $comment_id, '_greenroom_decision', true );
	if ( ! $decided_here && ! greenroom_set_state( $comment_id, greenroom_status_for( $state, $by ) ) ) {
		return false;
	}
	if ( 'erased' === $state ) {
		update_comment_meta( $comment_id, '_greenroom_erased', 1 );
	}
	update_comment_meta( $comment_id, '_greenroom_sequence', $sequence );
	return true;
}

/** Returns the status of WordPress for a state, or an empty string if nothing is to change. */
function greenroom_status_for( $state, $by ) {
	if ( 'approved' === $state && 'policy' === $by && get_option( 'comment_moderation' ) ) {
		// "Comment must be manually approved": a person has to.
		return '';
	}
	$statuses = array(
		'approved' => 'approve',
		'held'     => 'hold',
		'rejected' => 'trash' === greenroom_setting( 'rejected' ) ? 'trash' : 'spam',
		'erased'   => 'trash',
	);
	return isset( $statuses[ $state ] ) ? $statuses[ $state ] : '';
}

/** Changes the status of a comment without reporting it back. Returns whether it has the status now. */
function greenroom_set_state( $comment_id, $status ) {
	$names = array(
		'approve' => array( 'approved' ),
		'hold'    => array( 'unapproved' ),
		'spam'    => array( 'spam', 'trash' ),
		'trash'   => array( 'spam', 'trash' ),
	);
	if ( '' === $status || in_array( wp_get_comment_status( $comment_id ), $names[ $status ], true ) ) {
		return true;
	}
	greenroom_applies( true );
	if ( 'spam' === $status || ( 'trash' === $status && ! EMPTY_TRASH_DAYS ) ) {
		// Without a trash, WordPress would delete the comment.
		$done = wp_spam_comment( $comment_id );
	} elseif ( 'trash' === $status ) {
		$done = wp_trash_comment( $comment_id );
	} else {
		$done = wp_set_comment_status( $comment_id, $status );
	}
	greenroom_applies( false );
	return (bool) $done;
}

/** Whether the plugin itself changes a comment at this moment. */
function greenroom_applies( $applies = null ) {
	static $now = false;
	if ( null !== $applies ) {
		$now = $applies;
	}
	return $now;
}

/** Notes the number of the change that a request to Greenroom made, so that its own webhook is no news. */
function greenroom_raise_sequence( $comment_id, $answer ) {
	$version = isset( $answer['body']['version'] ) ? (int) $answer['body']['version'] : 0;
	if ( $version > (int) get_comment_meta( $comment_id, '_greenroom_sequence', true ) ) {
		update_comment_meta( $comment_id, '_greenroom_sequence', $version );
	}
}
