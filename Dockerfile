# One image for all processes: `care serve`, `care worker`, `care seed`, `care doctor`.
FROM python:3.11.14-slim-bookworm AS build
WORKDIR /app
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
COPY requirements.lock ./
RUN python -m venv /venv && /venv/bin/pip install --no-deps --require-hashes -r requirements.lock
COPY pyproject.toml README.md worker.py ./
COPY care care
COPY activities activities
COPY workflows workflows
COPY api api
COPY ui ui
COPY bench bench
# The classifier is trained here, once, and not at the start of each container.
RUN /venv/bin/pip install --no-deps --no-build-isolation . \
  && XDG_CACHE_HOME=/venv/cache /venv/bin/python -P -m care.brains.local

FROM python:3.11.14-slim-bookworm
RUN useradd --system --uid 10001 --create-home care
COPY --from=build /venv /venv
ENV PATH=/venv/bin:$PATH XDG_CACHE_HOME=/venv/cache PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 CARE_ENV=production
WORKDIR /home/care
USER care
EXPOSE 8080
# For the web process; docker-compose.yml switches it off for the worker, which the web process's /readyz covers.
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/healthz', timeout=4)"]
CMD ["care", "serve", "--host", "0.0.0.0"]
