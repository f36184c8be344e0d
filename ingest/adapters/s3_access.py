"""Clients of S3 storages that are not the one of our originals."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlparse

import urllib3
from minio import Minio
from minio.error import MinioException
from urllib3.exceptions import HTTPError

from ingest.sources.errors import SourceUnavailable


def s3_client(endpoint: str, access_key: str, secret_key: str, *, secure: bool, region: str, timeout_s: float) -> Minio:
    """A client for `rechner:port` or a URL, which decides about TLS itself."""
    parsed = urlparse(endpoint if "//" in endpoint else f"//{endpoint}")
    return Minio(
        parsed.netloc,
        access_key=access_key,
        secret_key=secret_key,
        secure=parsed.scheme == "https" if parsed.scheme else secure,
        region=region,
        http_client=urllib3.PoolManager(
            timeout=urllib3.Timeout(connect=3.0, read=timeout_s),
            maxsize=16,
            retries=urllib3.Retry(total=2, backoff_factor=0.2, status_forcelist=[500, 502, 503, 504]),
        ),
    )


@contextmanager
def speaking(problem: str) -> Iterator[None]:
    """Turn whatever the client says about a neighbour in trouble into SourceUnavailable."""
    try:
        yield
    except (HTTPError, MinioException, OSError) as error:
        raise SourceUnavailable(problem=problem) from error
