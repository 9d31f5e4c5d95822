<?php
/**
 * The page Settings > Greenroom: settings, buttons, and what is wrong.
 *
 * @package Greenroom
 */

defined( 'ABSPATH' ) || exit;

add_action( 'admin_menu', 'greenroom_add_page' );
add_action( 'admin_init', 'greenroom_register_settings' );
add_action( 'admin_notices', 'greenroom_show_notice' );
add_action( 'admin_post_greenroom', 'greenroom_press_button' );

/** Adds the page to the menu. */
function greenroom_add_page() {
	add_options_page( 'Greenroom', 'Greenroom', 'manage_options', 'greenroom', 'greenroom_show_page' );
}

/** Registers the settings. Constants of wp-config.php are shown, not asked for. */
function greenroom_register_settings() {
	$fields = array(
		'url'      => array( __( 'Address of Greenroom', 'greenroom' ), 'greenroom_sanitize_url', 'greenroom_show_field' ),
		'key'      => array( __( 'Key', 'greenroom' ), 'greenroom_sanitize_key', 'greenroom_show_field' ),
		'secret'   => array( __( 'Secret of the webhook', 'greenroom' ), 'greenroom_sanitize_secret', 'greenroom_show_field' ),
		'rejected' => array( __( 'Rejected comments', 'greenroom' ), 'greenroom_sanitize_rejected', 'greenroom_show_rejected' ),
	);
	add_settings_section( 'greenroom', '', '__return_empty_string', 'greenroom' );
	foreach ( $fields as $name => list( $label, $sanitize, $show ) ) {
		if ( ! greenroom_is_constant( $name ) ) {
			register_setting(
				'greenroom',
				"greenroom_$name",
				array(
					'sanitize_callback' => $sanitize,
					'show_in_rest'      => false,
				)
			);
		}
		add_settings_field(
			"greenroom_$name",
			$label,
			$show,
			'greenroom',
			'greenroom',
			array(
				'name'      => $name,
				'label_for' => "greenroom_$name",
			)
		);
	}
}

/** Cleans the address. */
function greenroom_sanitize_url( $value ) {
	return untrailingslashit( esc_url_raw( trim( (string) $value ), array( 'http', 'https' ) ) );
}

/** Cleans the key. An empty field keeps the present one. */
function greenroom_sanitize_key( $value ) {
	return '' === trim( (string) $value ) ? get_option( 'greenroom_key', '' ) : sanitize_text_field( $value );
}

/** Cleans the secret. An empty field keeps the present one. */
function greenroom_sanitize_secret( $value ) {
	return '' === trim( (string) $value ) ? get_option( 'greenroom_secret', '' ) : sanitize_text_field( $value );
}

/** Cleans the choice. */
function greenroom_sanitize_rejected( $value ) {
	return 'trash' === $value ? 'trash' : 'spam';
}

/** Shows one field. A key or secret is never shown again. */
function greenroom_show_field( $field ) {
	$name = $field['name'];
	if ( greenroom_is_constant( $name ) ) {
		/* translators: %s: name of a constant */
		echo esc_html( sprintf( __( 'Set in wp-config.php (%s).', 'greenroom' ), greenroom_constant( $name ) ) );
		return;
	}
	$value = greenroom_setting( $name );
	$hint  = 'url' === $name ? 'https://comments.example' : ( '' === $value ? '' : __( 'saved; leave empty to keep it', 'greenroom' ) );
	printf(
		'<input class="regular-text" id="greenroom_%1$s" name="greenroom_%1$s" type="%2$s" value="%3$s" placeholder="%4$s" autocomplete="off" spellcheck="false">',
		esc_attr( $name ),
		'url' === $name ? 'url' : 'password',
		esc_attr( 'url' === $name ? $value : '' ),
		esc_attr( $hint )
	);
	if ( 'secret' === $name ) {
		echo '<p class="description">' . esc_html__( '“Connect the webhook” fills this in.', 'greenroom' ) . '</p>';
	}
}

/** Shows where rejected comments go. */
function greenroom_show_rejected() {
	echo '<select id="greenroom_rejected" name="greenroom_rejected">';
	$choices = array(
		'spam'  => __( 'are marked as spam', 'greenroom' ),
		'trash' => __( 'go to the trash', 'greenroom' ),
	);
	foreach ( $choices as $value => $label ) {
		printf( '<option value="%s"%s>%s</option>', esc_attr( $value ), selected( greenroom_setting( 'rejected' ), $value, false ), esc_html( $label ) );
	}
	echo '</select>';
}

/** Shows the page. */
function greenroom_show_page() {
	echo '<div class="wrap"><h1>Greenroom</h1>';
	greenroom_show_results();
	echo '<form method="post" action="options.php">';
	settings_fields( 'greenroom' );
	do_settings_sections( 'greenroom' );
	submit_button();
	echo '</form>';
	if ( greenroom_is_set_up() ) {
		echo '<h2>' . esc_html__( 'Connection', 'greenroom' ) . '</h2>';
		if ( '' === greenroom_setting( 'secret' ) ) {
			echo '<p>' . esc_html__( 'The webhook is not connected yet, so decisions are fetched once an hour.', 'greenroom' ) . '</p>';
		}
		greenroom_show_buttons(
			array(
				'connect' => __( 'Connect the webhook', 'greenroom' ),
				'test'    => __( 'Test', 'greenroom' ),
			)
		);
		greenroom_show_waiting();
	}
	echo '</div>';
}

/** Shows buttons that post to greenroom_press_button. */
function greenroom_show_buttons( $buttons ) {
	echo '<form method="post" action="' . esc_url( admin_url( 'admin-post.php' ) ) . '"><input type="hidden" name="action" value="greenroom">';
	wp_nonce_field( 'greenroom' );
	foreach ( $buttons as $value => $label ) {
		printf( '<button class="button" name="greenroom_button" value="%s">%s</button> ', esc_attr( $value ), esc_html( $label ) );
	}
	echo '</form>';
}

/** Does what a button says, keeps the results for the next page, and goes back. */
function greenroom_press_button() {
	check_admin_referer( 'greenroom' );
	if ( ! current_user_can( 'manage_options' ) ) {
		wp_die( esc_html__( 'You may not do this.', 'greenroom' ), 403 );
	}
	$button  = isset( $_POST['greenroom_button'] ) ? sanitize_key( $_POST['greenroom_button'] ) : '';
	$actions = array(
		'connect' => 'greenroom_connect',
		'test'    => 'greenroom_test',
		'again'   => 'greenroom_send_again',
	);
	if ( isset( $actions[ $button ] ) ) {
		set_transient( 'greenroom_results_' . get_current_user_id(), call_user_func( $actions[ $button ] ), 5 * MINUTE_IN_SECONDS );
	}
	wp_safe_redirect( admin_url( 'options-general.php?page=greenroom' ) );
	exit;
}

/** Shows the results of the last button, once. */
function greenroom_show_results() {
	$name = 'greenroom_results_' . get_current_user_id();
	foreach ( (array) get_transient( $name ) as $result ) {
		if ( is_array( $result ) ) {
			printf( '<div class="notice inline notice-%s"><p>%s</p></div>', $result[0] ? 'success' : 'error', esc_html( $result[1] ) );
		}
	}
	delete_transient( $name );
}

/** Shows the comments that Greenroom refused, and how many wait to be sent. */
function greenroom_show_waiting() {
	$waiting = count( greenroom_unsent( PHP_INT_MAX ) );
	if ( $waiting ) {
		/* translators: %d: number of comments */
		echo '<p>' . esc_html( sprintf( _n( '%d comment waits to be sent.', '%d comments wait to be sent.', $waiting, 'greenroom' ), $waiting ) ) . '</p>';
	}
	$refused = greenroom_refused_comments();
	if ( ! $refused && ! $waiting ) {
		return;
	}
	if ( $refused ) {
		echo '<p>' . esc_html__( 'Greenroom did not take these comments. They wait for a person here:', 'greenroom' ) . '</p><ul class="ul-disc">';
		foreach ( $refused as $comment_id ) {
			printf( '<li><a href="%s">#%d</a> %s</li>', esc_url( get_edit_comment_link( $comment_id ) ), (int) $comment_id, esc_html( get_comment_meta( $comment_id, '_greenroom_fault', true ) ) );
		}
		echo '</ul>';
	}
	greenroom_show_buttons( array( 'again' => __( 'Send again', 'greenroom' ) ) );
}

/** Returns the ids of up to 50 comments that Greenroom refused. */
function greenroom_refused_comments() {
	return get_comments(
		array(
			'status'     => 'any',
			'fields'     => 'ids',
			'number'     => 50,
			// phpcs:ignore WordPress.DB.SlowDBQuery -- few comments have these keys, and they have an index.
			'meta_query' => array(
				array( 'key' => '_greenroom_fault' ),
				array(
					'key'     => '_greenroom_due',
					'compare' => 'NOT EXISTS',
				),
			),
		)
	);
}

/** Sends at once what waits or was refused. */
function greenroom_send_again() {
	foreach ( array_merge( greenroom_refused_comments(), greenroom_unsent( PHP_INT_MAX ) ) as $comment_id ) {
		greenroom_set_due( $comment_id, time() );
	}
	greenroom_retry();
	$trouble = (string) get_option( 'greenroom_trouble', '' );
	return array( $trouble ? array( false, $trouble ) : array( true, __( 'Sent.', 'greenroom' ) ) );
}

/** Shows trouble with the connection on the settings page and beside the comments. */
function greenroom_show_notice() {
	$trouble = (string) get_option( 'greenroom_trouble', '' );
	$screen  = get_current_screen();
	if ( '' !== $trouble && $screen && in_array( $screen->id, array( 'edit-comments', 'settings_page_greenroom' ), true ) && current_user_can( 'manage_options' ) ) {
		/* translators: %s: what is wrong */
		echo '<div class="notice notice-error"><p>' . esc_html( sprintf( __( 'Greenroom: %s', 'greenroom' ), $trouble ) ) . '</p></div>';
	}
}
