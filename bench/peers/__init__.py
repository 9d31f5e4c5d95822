"""Other comment servers, each installed and set up as in its documentation."""
