<?php
/**
 * Requests to Greenroom, and what their failures mean.
 *
 * @package Greenroom
 */

defined( 'ABSPATH' ) || exit;

/**
 * Sends one request. After a failure to connect, the others of this page load fail at once, so nobody waits twice.
 *
 * @param string     $method  Method, such as POST.
 * @param string     $path    Path below the address of Greenroom.
 * @param array|null $body    What to send as JSON.
 * @param array      $headers Further headers.
 * @return array Keys: status (0: nobody answered), body (array), detail (a sentence in English), date (of the answer).
 */
function greenroom_request( $method, $path, $body = null, $headers = array() ) {
	static $away = null;
	if ( $away ) {
		return $away;
	}
	$response = wp_remote_request( untrailingslashit( greenroom_setting( 'url' ) ) . $path, greenroom_request_args( $method, $body, $headers ) );
	$answer   = greenroom_answer( $response );
	if ( 0 === $answer['status'] || $answer['status'] >= 500 ) {
		$away = $answer;
	}
	greenroom_note_trouble( $answer );
	return $answer;
}

/** Returns the arguments of wp_remote_request. */
function greenroom_request_args( $method, $body, $headers ) {
	$args = array(
		'method'      => $method,
		/**
		 * Filters how many seconds Greenroom may take to answer. A reader waits no longer for their comment.
		 *
		 * @param int $seconds Default 5.
		 */
		'timeout'     => apply_filters( 'greenroom_timeout', 5 ),
		'redirection' => 0,
		'headers'     => $headers + array( 'Authorization' => 'Bearer ' . greenroom_setting( 'key' ) ),
	);
	if ( null !== $body ) {
		$args['headers']['Content-Type'] = 'application/json';
		$args['body']                    = wp_json_encode( $body );
	}
	return $args;
}

/** Reads what wp_remote_request returned. */
function greenroom_answer( $response ) {
	if ( is_wp_error( $response ) ) {
		return array(
			'status' => 0,
			'body'   => array(),
			'detail' => $response->get_error_message(),
			'date'   => '',
		);
	}
	$status = (int) wp_remote_retrieve_response_code( $response );
	$body   = json_decode( wp_remote_retrieve_body( $response ), true );
	if ( ! is_array( $body ) && 204 !== $status ) {
		// A proxy, or a page of somebody else. Its 200 or 404 says nothing about a comment.
		/* translators: %d: HTTP status */
		return greenroom_answer( new WP_Error( 'greenroom', sprintf( __( 'something else answers with status %d', 'greenroom' ), $status ) ) );
	}
	$body = (array) $body;
	return array(
		'status' => $status,
		'body'   => $body,
		'detail' => isset( $body['detail'] ) ? (string) $body['detail'] : '',
		'date'   => (string) wp_remote_retrieve_header( $response, 'date' ),
	);
}

/** Whether Greenroom did what it was asked. */
function greenroom_succeeded( $answer ) {
	return $answer['status'] >= 200 && $answer['status'] < 300;
}

/** Whether the same request cannot succeed later either, since Greenroom refuses its content. */
function greenroom_refused( $answer ) {
	return in_array( $answer['status'], array( 400, 409, 410, 413, 415, 422 ), true );
}

/** Keeps the last trouble with the connection for the settings page, until a request succeeds. */
function greenroom_note_trouble( $answer ) {
	$trouble = greenroom_succeeded( $answer ) || greenroom_refused( $answer ) || 404 === $answer['status'] ? '' : greenroom_explain( $answer );
	if ( (string) get_option( 'greenroom_trouble', '' ) !== $trouble ) {
		update_option( 'greenroom_trouble', $trouble );
	}
}

/** Returns a sentence that says what an answer means and what to do. */
function greenroom_explain( $answer ) {
	switch ( $answer['status'] ) {
		case 0:
			/* translators: %s: error message */
			return sprintf( __( 'Greenroom does not answer (%s). Comments wait, and are sent again by themselves.', 'greenroom' ), $answer['detail'] );
		case 401:
			return __( 'Greenroom does not know this key. Make a new one with “greenroom key add” and enter it here.', 'greenroom' );
		case 403:
			/* translators: %s: message of Greenroom, in English */
			return sprintf( __( 'The key may not do this (%s). It needs the scopes submit, read, moderate and admin.', 'greenroom' ), $answer['detail'] );
		case 404:
			return __( 'There is no Greenroom at this address, or it does not know the comment.', 'greenroom' );
		case 429:
			return __( 'Too many requests. The plugin goes on later by itself.', 'greenroom' );
	}
	if ( $answer['status'] >= 300 && ! greenroom_refused( $answer ) ) {
		/* translators: %d: HTTP status */
		return sprintf( __( 'Greenroom has a problem (status %d). Comments wait, and are sent again by themselves.', 'greenroom' ), $answer['status'] );
	}
	/* translators: %s: message of Greenroom, in English */
	return sprintf( __( 'Greenroom refuses this: %s', 'greenroom' ), greenroom_faults( $answer ) );
}

/** Returns what Greenroom says about the fields. */
function greenroom_faults( $answer ) {
	$faults = array();
	foreach ( isset( $answer['body']['errors'] ) ? (array) $answer['body']['errors'] : array() as $fault ) {
		$faults[] = trim( ( isset( $fault['pointer'] ) ? $fault['pointer'] : '' ) . ' ' . ( isset( $fault['detail'] ) ? $fault['detail'] : '' ) );
	}
	return $faults ? implode( '; ', $faults ) : ( $answer['detail'] ? $answer['detail'] : (string) $answer['status'] );
}
