<?php
/**
 * Sets up the webhook in Greenroom, and tests the connection.
 *
 * @package Greenroom
 */

defined( 'ABSPATH' ) || exit;

/** Returns the address for webhooks. */
function greenroom_webhook_url() {
	return rest_url( 'greenroom/v1/webhook' );
}

/** Adds this blog to the endpoints of the site in Greenroom and keeps its secret. Returns results: pairs of success and sentence. */
function greenroom_connect() {
	if ( greenroom_is_constant( 'secret' ) ) {
		return array( array( false, __( 'The secret of the webhook stands in wp-config.php. Remove it there first.', 'greenroom' ) ) );
	}
	list( $endpoint, $answer ) = greenroom_find_endpoint();
	if ( $endpoint ) {
		// The secret is told only when it is made.
		$answer = greenroom_request( 'POST', "/v1/endpoints/{$endpoint['id']}/rotate" );
	} elseif ( greenroom_succeeded( $answer ) ) {
		$events = array( 'comment.approved', 'comment.rejected', 'comment.held', 'comment.erased' );
		$answer = greenroom_request(
			'POST',
			'/v1/endpoints',
			array(
				'url'    => greenroom_webhook_url(),
				'events' => $events,
			)
		);
	}
	if ( ! greenroom_succeeded( $answer ) ) {
		return array( array( false, greenroom_explain( $answer ) ) );
	}
	update_option( 'greenroom_secret', sanitize_text_field( $answer['body']['secret'] ) );
	return array_merge( array( array( true, __( 'Greenroom now sends its decisions to this blog.', 'greenroom' ) ) ), greenroom_test() );
}

/** Finds the endpoint with the address of this blog. Returns it, or null, and the answer of Greenroom. */
function greenroom_find_endpoint() {
	$answer = greenroom_request( 'GET', '/v1/endpoints' );
	foreach ( greenroom_succeeded( $answer ) ? $answer['body']['endpoints'] : array() as $endpoint ) {
		if ( greenroom_webhook_url() === $endpoint['url'] ) {
			return array( $endpoint, $answer );
		}
	}
	return array( null, $answer );
}

/** Tests the key, what it may do, the clock and the webhook. Returns results: pairs of success and sentence. */
function greenroom_test() {
	$answer = greenroom_request( 'GET', '/v1/comments?limit=1' );
	if ( ! greenroom_succeeded( $answer ) ) {
		return array( array( false, greenroom_explain( $answer ) ) );
	}
	$results   = array( array( true, __( 'Greenroom answers, and knows the key.', 'greenroom' ) ) );
	$results[] = greenroom_test_clock( $answer['date'] );
	$results[] = greenroom_test_scopes();
	$results[] = greenroom_test_webhook();
	return $results;
}

/** Compares the clocks. Webhooks that seem older than five minutes are refused. */
function greenroom_test_clock( $date ) {
	$seconds = abs( time() - (int) strtotime( $date ) );
	if ( '' !== $date && $seconds > 120 ) {
		/* translators: %d: number of seconds */
		return array( false, sprintf( _n( 'The clocks of this server and of Greenroom differ by %d second. From 300 on, webhooks are refused.', 'The clocks of this server and of Greenroom differ by %d seconds. From 300 on, webhooks are refused.', $seconds, 'greenroom' ), $seconds ) );
	}
	return array( true, __( 'The clocks agree.', 'greenroom' ) );
}

/** Asks to decide about, and to erase, a comment that does not exist: the answer is 404 if the key may, 403 if not. */
function greenroom_test_scopes() {
	$nobody = '/v1/comments/00000000-0000-0000-0000-000000000000';
	$answer = greenroom_request( 'POST', "$nobody/decision", array( 'decision' => 'approve' ) );
	if ( 404 === $answer['status'] ) {
		$answer = greenroom_request( 'DELETE', $nobody );
	}
	if ( 404 === $answer['status'] ) {
		return array( true, __( 'The key may send comments and decide about them.', 'greenroom' ) );
	}
	return array( false, greenroom_explain( $answer ) );
}

/** Has Greenroom send a test to this blog. */
function greenroom_test_webhook() {
	list( $endpoint, $answer ) = greenroom_find_endpoint();
	if ( ! greenroom_succeeded( $answer ) ) {
		return array( false, greenroom_explain( $answer ) );
	}
	if ( ! $endpoint ) {
		return array( false, __( 'Greenroom does not know this blog’s address for webhooks yet. Press “Connect the webhook”.', 'greenroom' ) );
	}
	add_filter( 'greenroom_timeout', 'greenroom_test_timeout' );
	$answer = greenroom_request( 'POST', "/v1/endpoints/{$endpoint['id']}/test" );
	remove_filter( 'greenroom_timeout', 'greenroom_test_timeout' );
	if ( ! greenroom_succeeded( $answer ) ) {
		return array( false, greenroom_explain( $answer ) );
	}
	$attempts = $answer['body']['attempts'];
	$attempt  = $attempts ? end( $attempts ) : array(
		'status' => null,
		'error'  => __( 'not tried yet', 'greenroom' ),
	);
	if ( 200 === $attempt['status'] ) {
		return array( true, __( 'Webhooks arrive, and their signature is right.', 'greenroom' ) );
	}
	if ( 401 === $attempt['status'] ) {
		return array( false, __( 'Webhooks arrive, but the secret is another one. Press “Connect the webhook”.', 'greenroom' ) );
	}
	/* translators: 1: address, 2: HTTP status or error message */
	return array( false, sprintf( __( 'Greenroom cannot reach %1$s (%2$s). Until it can, decisions are fetched once an hour.', 'greenroom' ), greenroom_webhook_url(), $attempt['status'] ? $attempt['status'] : $attempt['error'] ) );
}

/** Returns how many seconds a test may take: Greenroom waits ten for this blog. */
function greenroom_test_timeout() {
	return 15;
}
