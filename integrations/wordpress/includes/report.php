<?php
/**
 * Tells Greenroom what moderators do in WordPress.
 *
 * @package Greenroom
 */

defined( 'ABSPATH' ) || exit;

add_action( 'transition_comment_status', 'greenroom_report_status', 10, 3 );
add_action( 'edit_comment', 'greenroom_report_edit' );

/** Reports that a moderator approved a comment, took it back, or marked it as spam or trash. Also of comments from before this plugin. */
function greenroom_report_status( $new_status, $old_status, $comment ) {
	$decision = greenroom_decision_for( $new_status );
	if ( $new_status === $old_status || '' === $decision || ! greenroom_reports( $comment ) || ! greenroom_acts_for_a_person( $comment ) ) {
		return;
	}
	update_comment_meta( $comment->comment_ID, '_greenroom_decision', $decision );
	greenroom_set_due( $comment->comment_ID, time() + MINUTE_IN_SECONDS );
	greenroom_sync( $comment->comment_ID );
}

/** Reports a new text. A moderator who edits a comment vouches for it as it stands; after other edits it waits again. */
function greenroom_report_edit( $comment_id ) {
	$comment = get_comment( $comment_id );
	$known   = get_comment_meta( $comment_id, '_greenroom_id', true ) || get_comment_meta( $comment_id, '_greenroom_due', true );
	if ( ! $known || ! greenroom_reports( $comment ) || md5( greenroom_text( $comment ) ) === get_comment_meta( $comment_id, '_greenroom_hash', true ) ) {
		return;
	}
	$status = wp_get_comment_status( $comment_id );
	if ( ! greenroom_acts_for_a_person( $comment ) ) {
		greenroom_set_state( $comment_id, 'approved' === $status ? 'hold' : '' );
	} elseif ( 'unapproved' !== $status ) {
		update_comment_meta( $comment_id, '_greenroom_decision', greenroom_decision_for( $status ) );
	}
	greenroom_set_due( $comment_id, time() + MINUTE_IN_SECONDS );
	greenroom_sync( $comment_id );
}

/** Returns the decision for a status of WordPress. */
function greenroom_decision_for( $status ) {
	$decisions = array(
		'approved'   => 'approve',
		'unapproved' => 'hold',
		'spam'       => 'reject',
		'trash'      => 'reject',
	);
	return isset( $decisions[ $status ] ) ? $decisions[ $status ] : '';
}

/** Whether changes of this comment concern Greenroom: not those that it asked for, nor those of a comment that it erased. */
function greenroom_reports( $comment ) {
	return ! greenroom_applies() && greenroom_is_set_up() && greenroom_moderates( $comment->comment_type )
		&& ! get_comment_meta( $comment->comment_ID, '_greenroom_erased', true );
}

/** Whether a moderator acts, here or with WP-CLI, and not a cron job or another plugin. */
function greenroom_acts_for_a_person( $comment ) {
	return ( defined( 'WP_CLI' ) && WP_CLI ) || greenroom_trusts( get_current_user_id(), (int) $comment->comment_post_ID );
}
