<?php
/**
 * The settings: options of the site, or constants of wp-config.php, which win.
 *
 * @package Greenroom
 */

defined( 'ABSPATH' ) || exit;

/** Returns the constant of wp-config.php that stands for a setting. */
function greenroom_constant( $name ) {
	$constants = array(
		'url'    => 'GREENROOM_URL',
		'key'    => 'GREENROOM_KEY',
		'secret' => 'GREENROOM_WEBHOOK_SECRET',
	);
	return isset( $constants[ $name ] ) ? $constants[ $name ] : '';
}

/** Whether wp-config.php fixes a setting. */
function greenroom_is_constant( $name ) {
	return '' !== greenroom_constant( $name ) && defined( greenroom_constant( $name ) );
}

/** Returns a setting: url, key, secret (of the webhook) or rejected (the WordPress state of rejected comments: spam or trash). */
function greenroom_setting( $name ) {
	if ( greenroom_is_constant( $name ) ) {
		return trim( (string) constant( greenroom_constant( $name ) ) );
	}
	return (string) get_option( "greenroom_$name", 'rejected' === $name ? 'spam' : '' );
}

/** Whether the plugin knows its Greenroom. Until then it leaves all comments alone. */
function greenroom_is_set_up() {
	return '' !== greenroom_setting( 'url' ) && '' !== greenroom_setting( 'key' );
}

/** Whether Greenroom moderates comments of this type. Notes of editors and shops are none of its business. */
function greenroom_moderates( $type ) {
	/**
	 * Filters the types of comments that Greenroom moderates.
	 *
	 * @param string[] $types The types; an ordinary comment is `comment`.
	 */
	$types = apply_filters( 'greenroom_comment_types', array( 'comment', 'review', 'pingback', 'trackback' ) );
	return in_array( '' === (string) $type ? 'comment' : $type, $types, true );
}

/** Whether this person may decide about comments on this post. */
function greenroom_trusts( $user_id, $post_id ) {
	return $user_id && ( user_can( $user_id, 'moderate_comments' ) || user_can( $user_id, 'edit_post', $post_id ) );
}
