# One image for all processes: `care serve`, `care worker`, `care seed`, `care doctor`.
FROM python:3.11.14-slim-bookworm AS build
WORKDIR /app
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
COPY requirements.lock requirements-runtime.lock ./
RUN python -m venv /venv && /venv/bin/pip install --no-deps --require-hashes -r requirements-runtime.lock
# What builds the wheel is locked too, and stays in this stage.
RUN python -m venv /build && sed -n '/^setuptools==/,/[^\\]$/p' requirements.lock > build.lock \
  && /build/bin/pip install --no-deps --require-hashes -r build.lock
COPY pyproject.toml README.md worker.py ./
COPY care care
COPY activities activities
COPY workflows workflows
COPY api api
COPY ui ui
COPY bench bench
# The classifier is trained here, once, and not at the start of each container, which could not keep it.
RUN /build/bin/pip wheel --no-deps --no-build-isolation -w /wheels . \
  && /venv/bin/pip install --no-deps --no-index /wheels/*.whl \
  && XDG_CACHE_HOME=/venv/cache /venv/bin/python -P -m care.brains.local \
  && /venv/bin/pip uninstall --yes setuptools pip

FROM python:3.11.14-slim-bookworm
RUN useradd --system --uid 10001 --create-home care
COPY --from=build /venv /venv
ENV PATH=/venv/bin:$PATH XDG_CACHE_HOME=/venv/cache PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 CARE_ENV=production
WORKDIR /home/care
# All that is written at run time are temporary files below /tmp: the rest of the file system may be read-only.
USER care
EXPOSE 8080
# For the web process; docker-compose.yml switches it off for the worker, which the web process's /readyz covers.
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/healthz', timeout=4)"]
CMD ["care", "serve", "--host", "0.0.0.0"]
