# Two stages: build tools stay in the first one. The final image runs as a non-root user, has no compiler, and its packages are
# pinned by hash.
FROM python:3.11.16-slim-bookworm@sha256:a36c24f9cbdf4fd0f52d67f0823eeac19c2028c637cecc392d97f980d4fec56b AS build
WORKDIR /build
RUN python -m venv /venv
COPY locks/run.txt locks/
RUN /venv/bin/pip install --no-cache-dir --require-hashes -r locks/run.txt
COPY greenroom.py pyproject.toml README.md LICENSE ./
COPY service service
COPY workers workers
RUN /venv/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.11.16-slim-bookworm@sha256:a36c24f9cbdf4fd0f52d67f0823eeac19c2028c637cecc392d97f980d4fec56b
RUN useradd --system --uid 10001 --create-home --home-dir /data --shell /usr/sbin/nologin greenroom
COPY --from=build /venv /venv
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    GREENROOM_HOME=/data GREENROOM_HOST=0.0.0.0 GREENROOM_PORT=8000 GREENROOM_LOG_FORMAT=json
USER greenroom
WORKDIR /data
VOLUME /data
EXPOSE 8000
# Only for the web process. docker-compose.yml has the health checks of the others.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f'http://127.0.0.1:{os.environ[\"GREENROOM_PORT\"]}/readyz', timeout=2)"]
STOPSIGNAL SIGTERM
# The default command runs everything in one container, with its data in the volume.
CMD ["greenroom", "up"]
