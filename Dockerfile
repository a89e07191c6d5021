# A server for translators: docs/from_notebook_to_service.md.
#
#     docker build --tag seq2seq-keras .
#     docker run --read-only --tmpfs /tmp --volume ./saved_models:/models:ro \
#         --publish 127.0.0.1:8501:8501 --publish 127.0.0.1:8500:8500 seq2seq-keras

FROM python:3.11-slim AS build
RUN python -m venv /opt/seq2seq_keras
WORKDIR /build
COPY requirements-dev.txt ./
# What the tests passed with. The package itself comes last: a change of it leaves the
# layer of the 2 GB below it alone.
COPY pyproject.toml README.md LICENSE ./
COPY seq2seq_keras/__init__.py seq2seq_keras/__init__.py
RUN /opt/seq2seq_keras/bin/pip install --no-cache-dir --constraint requirements-dev.txt '.[serving,subword]'
COPY seq2seq_keras seq2seq_keras
RUN /opt/seq2seq_keras/bin/pip install --no-cache-dir --no-deps --force-reinstall .

FROM python:3.11-slim
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin translator
COPY --from=build /opt/seq2seq_keras /opt/seq2seq_keras
# The root may be read-only: what libraries write goes to /tmp, which may be in memory.
ENV PATH=/opt/seq2seq_keras/bin:$PATH \
    HOME=/tmp \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    READY_URL=http://127.0.0.1:8501/readyz
USER 10001:10001
EXPOSE 8500 8501
# Ready is more than alive: the model is loaded and has translated once. With TLS or
# another port READY_URL says where; of this very container no certificate is asked for.
HEALTHCHECK --interval=10s --timeout=5s --start-period=2m --retries=3 \
    CMD ["python", "-c", "import os, ssl, urllib.request; urllib.request.urlopen(os.environ['READY_URL'], timeout=4, context=ssl._create_unverified_context())"]
ENTRYPOINT ["seq2seq-keras", "serve", "--host", "0.0.0.0"]
CMD ["/models/english-french"]
