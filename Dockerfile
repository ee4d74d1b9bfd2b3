# The service, on SQLite in the volume /data unless TRUNKLINE_DATABASE says otherwise.
#
#   docker build --tag trunkline .
#   docker run --publish 8080:8080 --volume trunkline:/data trunkline

FROM python:3.13-slim-bookworm AS build
WORKDIR /source
COPY requirements/run.txt requirements/
RUN python -m venv /opt/trunkline \
    && /opt/trunkline/bin/pip install --no-cache-dir --disable-pip-version-check --requirement requirements/run.txt
COPY server server
COPY sdk sdk
RUN /opt/trunkline/bin/pip install --no-cache-dir --disable-pip-version-check --no-deps ./sdk ./server

FROM python:3.13-slim-bookworm
RUN groupadd --system --gid 10001 trunkline \
    && useradd --system --uid 10001 --gid trunkline --home-dir /data --no-create-home trunkline \
    && install --directory --owner=trunkline --group=trunkline --mode=0700 /data /data/attachments
COPY --from=build /opt/trunkline /opt/trunkline
ENV PATH=/opt/trunkline/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    TRUNKLINE_DATABASE=sqlite:////data/chats.db \
    TRUNKLINE_ATTACHMENTS=/data/attachments \
    TRUNKLINE_HOST=0.0.0.0 \
    TRUNKLINE_LOG_FORMAT=json
USER trunkline
WORKDIR /data
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=6s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(f\"http://127.0.0.1:{os.environ.get('TRUNKLINE_PORT', '8080')}/readyz\", timeout=5)"]
ENTRYPOINT ["trunkline"]
CMD ["serve"]
