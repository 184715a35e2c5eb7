# One FERS server on Firebase, behind a proxy that ends HTTPS: see docs/operators/deployment.md.
FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 TF_CPP_MIN_LOG_LEVEL=2 FERS_STORE=firebase PORT=8080
WORKDIR /app

# As locked. What only training and the tests need stays out.
COPY pyproject.toml uv.lock ./
RUN pip install --no-cache-dir uv && uv sync --frozen --no-install-project --compile-bytecode --no-cache
ENV PATH=/app/.venv/bin:$PATH

# The number is the owner of the volume that docs/operators/deployment.md mounts over models, where models are
# registered.
RUN useradd --uid 1000 --create-home fers
ENV HOME=/home/fers

COPY app.py ./
COPY pages pages
COPY fers fers
COPY --chown=fers models models
COPY .streamlit/config.toml .streamlit/config.toml

USER fers
# Where Docker runs it; Cloud Run has a probe of its own.
HEALTHCHECK --interval=30s --timeout=10s --start-period=120s \
    CMD ["python", "-c", "import os, urllib.request as web; web.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/health')"]
CMD ["python", "-m", "fers", "serve", "--behind-proxy"]
