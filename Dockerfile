# The same Debian, Python and SQLite that the tests run on. Not yet built by an engine: tests/image replays these lines.

FROM debian:bookworm-slim AS build
RUN apt-get update \
 && apt-get install --yes --no-install-recommends ca-certificates python3 python3-venv
WORKDIR /src
COPY . .
RUN python3 -m venv /opt/mailcatch \
 && /opt/mailcatch/bin/pip install --no-cache-dir . \
 && /opt/mailcatch/bin/pip uninstall --yes pip setuptools

FROM debian:bookworm-slim
RUN apt-get update \
 && apt-get install --yes --no-install-recommends python3 \
 && rm -rf /var/lib/apt/lists/*
RUN groupadd --gid 10001 mailcatch \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin mailcatch \
 && install --directory --owner=10001 --group=10001 --mode=0700 /data
COPY --from=build /opt/mailcatch /opt/mailcatch
ENV PATH=/opt/mailcatch/bin:/usr/local/bin:/usr/bin:/bin \
    PYTHONDONTWRITEBYTECODE=1 \
    MAILCATCH_HOST=any \
    MAILCATCH_DATABASE=/data/mailcatch.db
# By number, so that an orchestrator can see it is not root.
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 1025 8025 1110 1143 1587 1465 1993 1995
HEALTHCHECK --interval=10s --timeout=5s --start-period=5s CMD ["mailcatch", "ready"]
ENTRYPOINT ["mailcatch"]
