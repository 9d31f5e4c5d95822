<?php
/**
 * Brings a comment's copy in Greenroom in step: sent, with its present text, and with what a moderator decided here.
 *
 * Each step reads what is to be done from the metadata of the comment, so it may be repeated at any time.
 *
 * @package Greenroom
 */

defined( 'ABSPATH' ) || exit;

/** Takes the steps that are left. Returns whether all is done; if not, the cron job goes on later. */
function greenroom_sync( $comment_id ) {
	$comment = get_comment( $comment_id );
	if ( ! $comment ) {
		return true;
	}
	greenroom_forget_cache( $comment_id );
	$done = greenroom_sync_sent( $comment ) && greenroom_sync_text( $comment ) && greenroom_sync_decision( $comment );
	if ( $done ) {
		foreach ( array( '_greenroom_due', '_greenroom_tries', '_greenroom_fault' ) as $key ) {
			delete_comment_meta( $comment_id, $key );
		}
	}
	return $done;
}

/** Sends the comment if Greenroom does not have it. */
function greenroom_sync_sent( $comment ) {
	$comment_id = $comment->comment_ID;
	if ( get_comment_meta( $comment_id, '_greenroom_id', true ) ) {
		return true;
	}
	if ( ! greenroom_sync_parent( $comment ) ) {
		return false;
	}
	$answer = greenroom_post( $comment, greenroom_first_text( $comment ) );
	if ( ! greenroom_succeeded( $answer ) ) {
		return greenroom_postpone( $comment_id, $answer );
	}
	greenroom_adopt( $comment_id, $answer['body']['id'], greenroom_first_text( $comment ) );
	if ( 200 === $answer['status'] ) {
		greenroom_take( $comment_id, $answer['body']['state'], greenroom_last_actor( $answer['body'] ), (int) $answer['body']['version'] );
	}
	return true;
}

/** Sends the parent first, if it waits to be sent. Returns whether the reply may follow; otherwise it is due after its parent. */
function greenroom_sync_parent( $comment ) {
	$parent = $comment->comment_parent;
	if ( ! $parent || ! get_comment_meta( $parent, '_greenroom_due', true ) || greenroom_sync( $parent ) ) {
		return true;
	}
	$due = (int) get_comment_meta( $parent, '_greenroom_due', true );
	if ( $due ) {
		greenroom_set_due( $comment->comment_ID, $due + 1 );
	}
	return ! $due;
}

/** Returns the text as it was sent first, even if it was edited since: the first request may have arrived. */
function greenroom_first_text( $comment ) {
	$text = get_comment_meta( $comment->comment_ID, '_greenroom_draft', true );
	if ( '' === $text ) {
		$text = greenroom_text( $comment );
		update_comment_meta( $comment->comment_ID, '_greenroom_draft', wp_slash( $text ) );
	}
	return $text;
}

/** Posts the comment. If Greenroom does not know its parent, such as a comment from before this plugin, it goes without. */
function greenroom_post( $comment, $text ) {
	$body   = greenroom_body( $comment, $text );
	$answer = greenroom_request( 'POST', '/v1/comments', $body, array( 'Prefer' => 'wait=2' ) );
	if ( 409 === $answer['status'] && isset( $answer['body']['errors'][0]['pointer'] ) && '/parent' === $answer['body']['errors'][0]['pointer'] ) {
		unset( $body['parent'] );
		$answer = greenroom_request( 'POST', '/v1/comments', $body, array( 'Prefer' => 'wait=2' ) );
	}
	return $answer;
}

/** Notes Greenroom's id of a comment, and the text that it has. */
function greenroom_adopt( $comment_id, $greenroom_id, $text ) {
	update_comment_meta( $comment_id, '_greenroom_id', sanitize_text_field( $greenroom_id ) );
	update_comment_meta( $comment_id, '_greenroom_hash', md5( $text ) );
	delete_comment_meta( $comment_id, '_greenroom_draft' );
}

/** Returns who made the last change: policy, moderator, key or host. */
function greenroom_last_actor( $body ) {
	$last = isset( $body['history'] ) ? end( $body['history'] ) : false;
	return isset( $last['by'] ) ? $last['by'] : 'policy';
}

/** Sends the text if it was edited. */
function greenroom_sync_text( $comment ) {
	$comment_id = $comment->comment_ID;
	$text       = greenroom_text( $comment );
	if ( md5( $text ) === get_comment_meta( $comment_id, '_greenroom_hash', true ) ) {
		return true;
	}
	$answer = greenroom_request( 'PATCH', greenroom_path( $comment_id ), array( 'text' => $text ) );
	if ( ! greenroom_succeeded( $answer ) && ! greenroom_is_gone( $answer ) ) {
		return greenroom_postpone( $comment_id, $answer );
	}
	update_comment_meta( $comment_id, '_greenroom_hash', md5( $text ) );
	greenroom_raise_sequence( $comment_id, $answer );
	return true;
}

/** Sends what a moderator decided here. */
function greenroom_sync_decision( $comment ) {
	$comment_id = $comment->comment_ID;
	$decision   = get_comment_meta( $comment_id, '_greenroom_decision', true );
	if ( '' === $decision ) {
		return true;
	}
	$body = array( 'decision' => $decision );
	if ( 'reject' === $decision ) {
		$body['reason'] = 'trash' === $comment->comment_approved ? 'trash' : 'spam';
	}
	$answer = greenroom_request( 'POST', greenroom_path( $comment_id ) . '/decision', $body );
	if ( 409 === $answer['status'] ) {
		$answer = greenroom_settle_conflict( $comment_id, $decision );
	}
	if ( ! greenroom_succeeded( $answer ) && ! greenroom_is_gone( $answer ) ) {
		return greenroom_postpone( $comment_id, $answer );
	}
	greenroom_raise_sequence( $comment_id, $answer );
	// Only this decision: another one may have come meanwhile.
	delete_comment_meta( $comment_id, '_greenroom_decision', $decision );
	return true;
}

/** After a conflict: either the comment has the state already, or somebody was faster, and the decision is sent again later. */
function greenroom_settle_conflict( $comment_id, $decision ) {
	$states = array(
		'approve' => 'approved',
		'hold'    => 'held',
		'reject'  => 'rejected',
	);
	$answer = greenroom_request( 'GET', greenroom_path( $comment_id ) );
	if ( greenroom_succeeded( $answer ) && $answer['body']['state'] !== $states[ $decision ] ) {
		$answer['status'] = 503;
	}
	return $answer;
}

/** Returns the address of a comment in the API. */
function greenroom_path( $comment_id ) {
	return '/v1/comments/' . rawurlencode( get_comment_meta( $comment_id, '_greenroom_id', true ) );
}

/** Whether Greenroom no longer has the comment. */
function greenroom_is_gone( $answer ) {
	return in_array( $answer['status'], array( 404, 410 ), true );
}

/** Notes why a comment could not be sent, and when to try again: after 1, 2, 4 … minutes, at most 6 hours. Returns false. */
function greenroom_postpone( $comment_id, $answer ) {
	update_comment_meta( $comment_id, '_greenroom_fault', wp_slash( greenroom_explain( $answer ) ) );
	if ( greenroom_refused( $answer ) ) {
		delete_comment_meta( $comment_id, '_greenroom_due' );
		return false;
	}
	$tries = (int) get_comment_meta( $comment_id, '_greenroom_tries', true );
	update_comment_meta( $comment_id, '_greenroom_tries', $tries + 1 );
	greenroom_set_due( $comment_id, time() + greenroom_pause( $tries ) );
	return false;
}

/** Returns how many seconds to wait after so many tries. */
function greenroom_pause( $tries ) {
	return min( 6 * HOUR_IN_SECONDS, MINUTE_IN_SECONDS * 2 ** min( $tries, 12 ) );
}

/** Notes that a comment is not in step, and when the cron job looks at it. */
function greenroom_set_due( $comment_id, $due ) {
	update_comment_meta( $comment_id, '_greenroom_due', $due );
	greenroom_wake( $due );
}

/** Makes the next look at the metadata read the database: another request may have changed it. */
function greenroom_forget_cache( $comment_id ) {
	wp_cache_delete( $comment_id, 'comment_meta' );
}
