# Two stages: what builds stays behind; what runs is not root, holds no compiler, and was pinned by hash.
FROM python:3.11-slim-bookworm AS build
WORKDIR /build
RUN python -m venv /venv
COPY locks/run.txt locks/
RUN /venv/bin/pip install --no-cache-dir --require-hashes -r locks/run.txt
COPY pyproject.toml README.md LICENSE ./
COPY service service
COPY workers workers
RUN /venv/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --create-home --home-dir /data --shell /usr/sbin/nologin greenroom
COPY --from=build /venv /venv
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    GREENROOM_HOME=/data GREENROOM_HOST=0.0.0.0 GREENROOM_PORT=8000 GREENROOM_LOG_FORMAT=json
USER greenroom
WORKDIR /data
VOLUME /data
EXPOSE 8000
# Only the web process answers here; compose says for the others how they are watched.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f'http://127.0.0.1:{os.environ[\"GREENROOM_PORT\"]}/readyz', timeout=2)"]
STOPSIGNAL SIGTERM
# Alone this is the embedded default: everything in one container, its data in the volume.
CMD ["greenroom", "up"]
