<?php
/**
 * Plugin Name: Greenroom for Akismet
 * Description: Akismet's plugin asks your Greenroom. While Greenroom is away, comments wait instead of being published.
 * Version: 1.0.0
 * License: GPL-2.0-or-later
 *
 * Put this file into wp-content/mu-plugins, and this line into wp-config.php:
 *   define( 'GREENROOM_URL', 'https://comments.example' );
 */

defined( 'ABSPATH' ) || exit;

add_filter( 'pre_http_request', 'greenroom_akismet_request', 10, 3 );
add_filter( 'akismet_request_args', 'greenroom_akismet_callback', 10, 2 );

/** Sends a request for rest.akismet.com to Greenroom. A reader waits for it at most three seconds, or GREENROOM_TIMEOUT. */
function greenroom_akismet_request( $response, $args, $url ) {
	$asked = wp_parse_url( $url );
	if ( ! defined( 'GREENROOM_URL' ) || 'rest.akismet.com' !== ( $asked['host'] ?? '' ) ) {
		return $response;
	}
	unset( $args['headers']['Host'] );
	$args['timeout'] = defined( 'GREENROOM_TIMEOUT' ) ? GREENROOM_TIMEOUT : 3;
	$response        = wp_remote_request( untrailingslashit( GREENROOM_URL ) . $asked['path'], $args );
	if ( '/1.1/comment-check' !== $asked['path'] ) {
		return $response;
	}
	$guid = wp_remote_retrieve_header( $response, 'x-akismet-guid' );
	if ( ! $guid ) {
		// Nobody answered, or not Greenroom. The plugin keeps a comment pending and asks again later if it gets no verdict, but
		// publishes it if it gets no guid.
		$headers = array( 'x-akismet-guid' => wp_generate_uuid4() );
		return array( 'headers' => $headers, 'body' => '', 'response' => array( 'code' => 503, 'message' => 'Greenroom is away' ), 'cookies' => array(), 'filename' => null );
	}
	wp_parse_str( (string) $args['body'], $sent );
	if ( ! empty( $sent['comment_ID'] ) ) {
		// Checked again: from now on decisions come under this guid.
		update_comment_meta( (int) $sent['comment_ID'], 'akismet_guid', $guid );
	}
	return $response;
}

/** Names the address for later decisions in each check, also when a comment is checked again. */
function greenroom_akismet_callback( $args, $endpoint ) {
	return 'comment-check' === $endpoint ? $args + array( 'callback' => get_rest_url( null, 'akismet/v1/webhook' ) ) : $args;
}
