"""The event loop in front of Flask: ASGI, body reader, fast paths, WSGI adapter."""
