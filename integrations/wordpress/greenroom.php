<?php
/**
 * Plugin Name:       Greenroom
 * Description:       Comments wait until your Greenroom has decided about them. Moderators may work there or here.
 * Version:           1.0.0
 * Requires at least: 6.1
 * Requires PHP:      7.4
 * Author:            The Greenroom contributors
 * License:           GPL-2.0-or-later
 * License URI:       https://www.gnu.org/licenses/gpl-2.0.html
 * Text Domain:       greenroom
 * Domain Path:       /languages
 *
 * @package Greenroom
 */

defined( 'ABSPATH' ) || exit;

define( 'GREENROOM_FOLDER', __DIR__ );

foreach ( array( 'settings', 'api', 'comment-body', 'hold', 'sync', 'states', 'report', 'erase', 'cron', 'webhook', 'privacy', 'connect', 'settings-page' ) as $greenroom_file ) {
	require_once __DIR__ . "/includes/$greenroom_file.php";
}
unset( $greenroom_file );

add_action( 'init', 'greenroom_load_translations' );
register_deactivation_hook( __FILE__, 'greenroom_unschedule' );

/** Loads the translations that come with the plugin. */
function greenroom_load_translations() {
	load_plugin_textdomain( 'greenroom', false, basename( GREENROOM_FOLDER ) . '/languages' );
}
