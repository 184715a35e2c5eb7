# One FERS server on Firebase, behind a proxy that ends HTTPS: see docs/deployment.md.
FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 TF_CPP_MIN_LOG_LEVEL=2 FERS_STORE=firebase PORT=8080
WORKDIR /app

# Training happens elsewhere: its libraries stay out.
COPY requirements.txt .
RUN sed '/^# Training/,$d' requirements.txt > app.txt && pip install --no-cache-dir -r app.txt

COPY app.py ./
COPY pages pages
COPY fers fers
COPY models models
COPY .streamlit/config.toml .streamlit/config.toml

RUN useradd --create-home fers
USER fers

# The proxy alone can reach this port, so what it says about the request (https, the caller's address) is believed.
CMD exec uvicorn fers.ui.server:app --host 0.0.0.0 --port "$PORT" --proxy-headers --forwarded-allow-ips '*'
