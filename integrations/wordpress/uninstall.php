<?php
/**
 * Removes everything that the plugin stored, from every site of a network. Comments stay as they are.
 *
 * @package Greenroom
 */

defined( 'WP_UNINSTALL_PLUGIN' ) || exit;

/** Removes what is stored with the present site. */
function greenroom_clean_up() {
	global $wpdb;
	$patterns = array( $wpdb->esc_like( 'greenroom_' ) . '%', $wpdb->esc_like( '_transient_greenroom_' ) . '%', $wpdb->esc_like( '_transient_timeout_greenroom_' ) . '%' );
	foreach ( $patterns as $pattern ) {
		// phpcs:ignore WordPress.DB.DirectDatabaseQuery -- no function lists options.
		foreach ( $wpdb->get_col( $wpdb->prepare( "SELECT option_name FROM $wpdb->options WHERE option_name LIKE %s", $pattern ) ) as $name ) {
			delete_option( $name );
		}
	}
	foreach ( array( 'id', 'hash', 'draft', 'sequence', 'decision', 'due', 'tries', 'fault', 'erased' ) as $key ) {
		delete_metadata( 'comment', 0, "_greenroom_$key", '', true );
	}
	wp_clear_scheduled_hook( 'greenroom_retry' );
	wp_clear_scheduled_hook( 'greenroom_hourly' );
}

if ( is_multisite() ) {
	foreach ( get_sites(
		array(
			'fields' => 'ids',
			'number' => 0,
		)
	) as $greenroom_site ) {
		switch_to_blog( $greenroom_site );
		greenroom_clean_up();
		restore_current_blog();
	}
} else {
	greenroom_clean_up();
}
