# Published on loopback only:  docker run -p 127.0.0.1:8000:8000 -v playground:/data playground
# The log shows the link to open.

FROM python:3.13-slim AS build
WORKDIR /app
COPY requirements.txt ./
RUN python -m venv --without-pip .venv \
    && python -m pip --python .venv install --no-cache-dir --require-hashes -r requirements.txt
COPY manage.py pyproject.toml ./
COPY playground playground
COPY static static
COPY templates templates
RUN PLAYGROUND_DATA=/tmp/build .venv/bin/python manage.py prepare --files \
    && .venv/bin/python -m compileall -q manage.py playground

FROM python:3.13-slim
RUN useradd --system --uid 10001 --no-create-home playground \
    && install --directory --owner playground --mode 0700 /data
WORKDIR /app
COPY --from=build /app /app
USER playground
# Inside the container all addresses are the container's own; the Host list stays loopback and the link has a token.
ENV PLAYGROUND_CONTAINER=on \
    PLAYGROUND_DATA=/data \
    PLAYGROUND_HOST=0.0.0.0 \
    PLAYGROUND_START_TOKEN=on \
    PORT=8000 \
    PYTHONUNBUFFERED=1
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD [".venv/bin/python", "-m", "playground.healthcheck"]
ENTRYPOINT [".venv/bin/python", "manage.py", "serve", "--setup"]
