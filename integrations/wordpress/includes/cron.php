<?php
/**
 * The cron jobs: one tries again what failed, one asks Greenroom each hour what has changed, should a webhook not have arrived.
 *
 * @package Greenroom
 */

defined( 'ABSPATH' ) || exit;

add_action( 'init', 'greenroom_schedule' );
add_action( 'greenroom_retry', 'greenroom_retry' );
add_action( 'greenroom_hourly', 'greenroom_hourly' );

/** Starts the hourly job. */
function greenroom_schedule() {
	if ( greenroom_is_set_up() && ! wp_next_scheduled( 'greenroom_hourly' ) ) {
		wp_schedule_event( time() + HOUR_IN_SECONDS, 'hourly', 'greenroom_hourly' );
	}
}

/** Ends all jobs of this plugin. */
function greenroom_unschedule() {
	wp_clear_scheduled_hook( 'greenroom_retry' );
	wp_clear_scheduled_hook( 'greenroom_hourly' );
}

/** Makes the next try happen at this time, or earlier. */
function greenroom_wake( $due ) {
	$next = wp_next_scheduled( 'greenroom_retry' );
	if ( ! $next || $next > $due ) {
		wp_clear_scheduled_hook( 'greenroom_retry' );
		wp_schedule_single_event( $due, 'greenroom_retry' );
	}
}

/** Tries what is due, oldest first, until all is done, half a minute is over, or Greenroom is away. */
function greenroom_retry() {
	if ( ! greenroom_is_set_up() ) {
		return;
	}
	$until = time() + 30;
	foreach ( greenroom_unsent( time() ) as $comment_id ) {
		if ( time() > $until || ( ! greenroom_sync( $comment_id ) && get_option( 'greenroom_trouble' ) ) ) {
			break;
		}
	}
	foreach ( greenroom_erasures() as $name ) {
		$entry = get_option( $name );
		if ( time() > $until || ( isset( $entry['due'] ) && $entry['due'] <= time() && ! greenroom_erase( $name ) ) ) {
			break;
		}
	}
	if ( greenroom_unsent( PHP_INT_MAX ) || greenroom_erasures() ) {
		greenroom_wake( time() + MINUTE_IN_SECONDS );
	}
}

/** Returns the ids of up to 100 comments that are due at this time, oldest first. */
function greenroom_unsent( $time ) {
	return get_comments(
		array(
			'status'     => 'any',
			'fields'     => 'ids',
			'orderby'    => 'comment_ID',
			'order'      => 'ASC',
			'number'     => 100,
			// phpcs:ignore WordPress.DB.SlowDBQuery -- few comments have this key, and it has an index.
			'meta_query' => array(
				array(
					'key'     => '_greenroom_due',
					'value'   => $time,
					'compare' => '<=',
					'type'    => 'SIGNED',
				),
			),
		)
	);
}

/** Tries again, then takes over what has changed in Greenroom since the last time. */
function greenroom_hourly() {
	if ( ! greenroom_is_set_up() ) {
		return;
	}
	greenroom_retry();
	$since = (string) get_option( 'greenroom_followed', gmdate( 'Y-m-d\TH:i:s\Z', time() - 2 * HOUR_IN_SECONDS ) );
	$query = array(
		'updated_after' => rawurlencode( $since ),
		'limit'         => 200,
	);
	for ( $page = 0; $page < 20; $page++ ) {
		$answer = greenroom_request( 'GET', add_query_arg( $query, '/v1/comments' ) );
		if ( ! greenroom_succeeded( $answer ) ) {
			return;
		}
		foreach ( $answer['body']['comments'] as $comment ) {
			if ( ! greenroom_fetch( $comment ) ) {
				return;
			}
			update_option( 'greenroom_followed', $comment['updated_at'], false );
		}
		if ( empty( $answer['body']['next_cursor'] ) ) {
			return;
		}
		$query['after'] = rawurlencode( $answer['body']['next_cursor'] );
	}
}

/** Takes over the state of a comment from the list, if it is news. Returns whether it is done. */
function greenroom_fetch( $comment ) {
	$comment_id = greenroom_comment_of( $comment );
	if ( ! $comment_id || $comment['version'] <= (int) get_comment_meta( $comment_id, '_greenroom_sequence', true ) ) {
		return true;
	}
	if ( 'erased' === $comment['state'] ) {
		return greenroom_take( $comment_id, 'erased', 'host', (int) $comment['version'] );
	}
	// The list does not say who changed it.
	$answer = greenroom_request( 'GET', greenroom_path( $comment_id ) );
	if ( ! greenroom_succeeded( $answer ) ) {
		return greenroom_is_gone( $answer );
	}
	return greenroom_take( $comment_id, $answer['body']['state'], greenroom_last_actor( $answer['body'] ), (int) $answer['body']['version'] );
}
