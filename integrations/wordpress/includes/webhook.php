<?php
/**
 * Receives Greenroom's webhooks (Standard Webhooks) at /wp-json/greenroom/v1/webhook, or ?rest_route=/greenroom/v1/webhook.
 *
 * @package Greenroom
 */

defined( 'ABSPATH' ) || exit;

add_action( 'rest_api_init', 'greenroom_register_route' );

/** Adds the address. It is public, since the signature proves who calls. */
function greenroom_register_route() {
	register_rest_route(
		'greenroom/v1',
		'/webhook',
		array(
			'methods'             => 'POST',
			'callback'            => 'greenroom_receive',
			'permission_callback' => '__return_true',
		)
	);
}

/** Takes the news of one webhook over. An answer that is no success makes Greenroom send it again. */
function greenroom_receive( $request ) {
	if ( ! greenroom_is_signed( $request, greenroom_setting( 'secret' ), time() ) ) {
		return new WP_Error( 'greenroom_signature', __( 'The signature is missing, wrong, or too old.', 'greenroom' ), array( 'status' => 401 ) );
	}
	$event = json_decode( $request->get_body(), true );
	$types = array( 'comment.approved', 'comment.rejected', 'comment.held', 'comment.erased' );
	$fact  = isset( $event['data'] ) ? $event['data'] : array();
	if ( ! in_array( isset( $event['type'] ) ? $event['type'] : '', $types, true ) || ! isset( $fact['comment'], $fact['to'], $fact['sequence'] ) ) {
		return array( 'status' => 'ignored' );
	}
	$comment_id = greenroom_comment_of( $fact['comment'] );
	if ( ! $comment_id ) {
		return array( 'status' => 'ignored' );
	}
	if ( ! greenroom_take( $comment_id, $fact['to'], isset( $fact['by'] ) ? $fact['by'] : 'policy', (int) $fact['sequence'] ) ) {
		return new WP_Error( 'greenroom_not_stored', __( 'The comment could not be changed.', 'greenroom' ), array( 'status' => 500 ) );
	}
	return array( 'status' => 'taken' );
}

/** Whether one of the signatures fits the exact bytes of the body, and was made within five minutes of this time. */
function greenroom_is_signed( $request, $secret, $now ) {
	$id    = (string) $request->get_header( 'webhook-id' );
	$stamp = (string) $request->get_header( 'webhook-timestamp' );
	$key   = base64_decode( preg_replace( '/^whsec_/', '', $secret ), true ); // phpcs:ignore WordPress.PHP.DiscouragedPHPFunctions -- the format of the secret.
	if ( ! $key || '' === $id || ! ctype_digit( $stamp ) || abs( $now - (int) $stamp ) > 300 ) {
		return false;
	}
	$expected = 'v1,' . base64_encode( hash_hmac( 'sha256', "$id.$stamp." . $request->get_body(), $key, true ) ); // phpcs:ignore WordPress.PHP.DiscouragedPHPFunctions -- the format of the signature.
	foreach ( explode( ' ', (string) $request->get_header( 'webhook-signature' ) ) as $signature ) {
		if ( hash_equals( $expected, $signature ) ) {
			return true;
		}
	}
	return false;
}

/**
 * Finds the comment of WordPress that Greenroom speaks of.
 *
 * @param array $fact The comment as Greenroom sends it.
 * @return int Its id, or 0 if it is none of this blog, or was erased there at our request.
 */
function greenroom_comment_of( $fact ) {
	if ( ! preg_match( '/^' . greenroom_prefix() . '([1-9]\d*)$/D', isset( $fact['external_id'] ) ? (string) $fact['external_id'] : '', $part ) ) {
		return 0;
	}
	$comment = get_comment( (int) $part[1] );
	if ( ! $comment || ! greenroom_moderates( $comment->comment_type ) || get_comment_meta( $comment->comment_ID, '_greenroom_erased', true ) ) {
		return 0;
	}
	$known = get_comment_meta( $comment->comment_ID, '_greenroom_id', true );
	if ( ! $known && isset( $fact['thread']['id'] ) && greenroom_thread_id( $comment->comment_post_ID ) === $fact['thread']['id'] ) {
		// The answer to our request was lost, or the comment was imported into Greenroom.
		greenroom_adopt( $comment->comment_ID, $fact['id'], isset( $fact['text'] ) ? $fact['text'] : '' );
		$known = $fact['id'];
	}
	return $known && $known === $fact['id'] ? (int) $comment->comment_ID : 0;
}
