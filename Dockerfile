# Two stages: the first installs into a virtual environment, the second carries it and the code, and nothing else.
ARG PYTHON=3.11

FROM python:${PYTHON}-slim AS build
RUN python -m venv /venv
COPY requirements.txt .
RUN /venv/bin/pip install --no-cache-dir --require-hashes -r requirements.txt

FROM python:${PYTHON}-slim
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin fincred \
    && install -d -o fincred -m 700 /var/lib/fincred /backups
WORKDIR /app
COPY --from=build /venv /venv
COPY . .
ENV PATH=/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 ENV=production WEB_CONCURRENCY=2
USER fincred
EXPOSE 8000
# The image has no curl. Starting may take a while where the database is far away.
HEALTHCHECK --interval=15s --timeout=6s --start-period=20s --retries=3 CMD ["python", "-m", "fincred.ops.healthcheck"]
# exec form: gunicorn is process 1 and gets the SIGTERM on which it finishes what was started.
CMD ["gunicorn", "fincred.wsgi:application", "--bind", "0.0.0.0:8000"]
STOPSIGNAL SIGTERM
