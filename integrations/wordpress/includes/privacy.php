<?php
/**
 * Privacy: a text for the privacy policy, and WordPress's tools to export and erase what is stored about a person.
 *
 * @package Greenroom
 */

defined( 'ABSPATH' ) || exit;

add_action( 'admin_init', 'greenroom_add_privacy_text' );
add_filter( 'wp_privacy_personal_data_exporters', 'greenroom_add_exporter' );
add_filter( 'wp_privacy_personal_data_erasers', 'greenroom_add_eraser' );

/** Suggests a paragraph for the privacy policy. */
function greenroom_add_privacy_text() {
	$text = __( 'When you leave a comment, its text, your name, e-mail address and website, your IP address and the name of your browser are sent to our moderation service. It stores e-mail and IP addresses as keyed hashes only, from which they cannot be read, to notice spam and floods. Moderators there decide whether the comment is published.', 'greenroom' );
	wp_add_privacy_policy_content( 'Greenroom', wp_kses_post( wpautop( $text ) ) );
}

/** Adds the exporter. */
function greenroom_add_exporter( $exporters ) {
	$exporters['greenroom'] = array(
		'exporter_friendly_name' => __( 'Comments in Greenroom', 'greenroom' ),
		'callback'               => 'greenroom_export_person',
	);
	return $exporters;
}

/** Adds the eraser before WordPress's own, which removes the e-mail address by which comments are found. */
function greenroom_add_eraser( $erasers ) {
	$eraser = array(
		'eraser_friendly_name' => __( 'Comments in Greenroom', 'greenroom' ),
		'callback'             => 'greenroom_erase_person',
	);
	return array( 'greenroom' => $eraser ) + $erasers;
}

/** Exports what Greenroom stores about the owner of an e-mail address. */
function greenroom_export_person( $email ) {
	$items  = array();
	$person = greenroom_person( $email );
	if ( '' !== $person['trouble'] ) {
		return new WP_Error( 'greenroom', $person['trouble'] );
	}
	foreach ( $person['comments'] as $comment ) {
		$items[] = array(
			'group_id'    => 'greenroom',
			'group_label' => __( 'Comments in Greenroom', 'greenroom' ),
			'item_id'     => 'greenroom-' . $comment['id'],
			'data'        => greenroom_export_fields( $comment ),
		);
	}
	return array(
		'data' => $items,
		'done' => true,
	);
}

/** Returns the fields of one exported comment. */
function greenroom_export_fields( $comment ) {
	$labels = array(
		'id'          => __( 'Number', 'greenroom' ),
		'text'        => __( 'Text', 'greenroom' ),
		'state'       => __( 'State', 'greenroom' ),
		'received_at' => __( 'Received', 'greenroom' ),
		'author'      => __( 'Author', 'greenroom' ),
		'context'     => __( 'Circumstances', 'greenroom' ),
		'verdicts'    => __( 'Verdicts', 'greenroom' ),
		'decisions'   => __( 'Decisions', 'greenroom' ),
	);
	$fields = array();
	foreach ( $labels as $key => $label ) {
		if ( ! empty( $comment[ $key ] ) ) {
			$value    = is_array( $comment[ $key ] ) ? wp_json_encode( $comment[ $key ], JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES ) : $comment[ $key ];
			$fields[] = array(
				'name'  => $label,
				'value' => esc_html( $value ),
			);
		}
	}
	return $fields;
}

/**
 * Finds the comments of a person.
 *
 * @param string $email The address.
 * @return array Keys: comments (by Greenroom's id; of those that it does not tell only the id), archived (whether there may be
 *               more in archives), trouble (why it did not tell, or an empty string).
 */
function greenroom_person( $email ) {
	$person = array(
		'comments' => greenroom_known_comments_by( $email ),
		'archived' => false,
		'trouble'  => '',
	);
	$body   = array( 'email' => $email );
	while ( greenroom_is_set_up() ) {
		$answer = greenroom_request( 'POST', '/v1/persons/export', $body );
		if ( ! greenroom_succeeded( $answer ) ) {
			$person['trouble'] = greenroom_explain( $answer );
			break;
		}
		foreach ( $answer['body']['comments'] as $comment ) {
			$person['comments'][ $comment['id'] ] = $comment;
		}
		$person['archived'] = $person['archived'] || $answer['body']['archives'];
		if ( ! $answer['body']['next_cursor'] ) {
			break;
		}
		$body['after'] = $answer['body']['next_cursor'];
	}
	return $person;
}

/** Erases a person's comments in Greenroom. Those that it does not erase at once are erased by the cron job. */
function greenroom_erase_person( $email ) {
	$removed = 0;
	$waiting = 0;
	$person  = greenroom_person( $email );
	foreach ( greenroom_comments_by( $email ) as $comment_id ) {
		// The comment stays in WordPress, without its author. It is not sent again.
		update_comment_meta( $comment_id, '_greenroom_erased', 1 );
		delete_comment_meta( $comment_id, '_greenroom_due' );
	}
	foreach ( array_keys( $person['comments'] ) as $id ) {
		greenroom_erase( greenroom_add_erasure( array( 'id' => $id ) ) ) ? ++$removed : ++$waiting;
	}
	return array(
		'items_removed'  => $removed > 0,
		'items_retained' => $waiting > 0 || '' !== $person['trouble'] || $person['archived'],
		'messages'       => greenroom_erasure_messages( $person, $waiting ),
		'done'           => true,
	);
}

/** Returns what an administrator has to know about an erasure. */
function greenroom_erasure_messages( $person, $waiting ) {
	$messages = array();
	if ( $waiting ) {
		/* translators: %d: number of comments */
		$messages[] = sprintf( _n( 'Greenroom has not yet erased %d comment; it is tried again by itself.', 'Greenroom has not yet erased %d comments; they are tried again by themselves.', $waiting, 'greenroom' ), $waiting );
	}
	if ( '' !== $person['trouble'] ) {
		/* translators: %s: why */
		$messages[] = sprintf( __( 'Greenroom may have more comments of this person. Try again later. (%s)', 'greenroom' ), $person['trouble'] );
	}
	if ( $person['archived'] ) {
		$messages[] = __( 'Old comments may be in archives of Greenroom. Its operator erases them there (“greenroom erase”).', 'greenroom' );
	}
	return $messages;
}

/** Returns the comments of an e-mail address that Greenroom knows, by its ids. */
function greenroom_known_comments_by( $email ) {
	$comments = array();
	foreach ( greenroom_comments_by( $email ) as $comment_id ) {
		$id = get_comment_meta( $comment_id, '_greenroom_id', true );
		if ( $id ) {
			$comments[ $id ] = array( 'id' => $id );
		}
	}
	return $comments;
}

/** Returns the ids of the comments of an e-mail address. */
function greenroom_comments_by( $email ) {
	return get_comments(
		array(
			'author_email' => $email,
			'status'       => 'any',
			'fields'       => 'ids',
		)
	);
}
