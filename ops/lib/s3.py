"""Requests to an S3-compatible store, signed as AWS Signature Version 4 says, with Python's standard library."""

import hashlib
import hmac
import http.client
import time
import urllib.parse


def headers(host, access_key, secret_key, method, path, query, digest, region="default"):
    """The headers that sign a request. `digest`: the SHA-256 of its body in hexadecimal, or UNSIGNED-PAYLOAD."""
    now = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    scope = f"{now[:8]}/{region}/s3/aws4_request"
    signed = {"host": host, "x-amz-content-sha256": digest, "x-amz-date": now}
    canonical = "\n".join([
        method, urllib.parse.quote(path), encoded(query), *(f"{name}:{value}" for name, value in signed.items()), "",
        ";".join(signed), digest])
    text = "\n".join(["AWS4-HMAC-SHA256", now, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = b"AWS4" + secret_key.encode()
    for part in [*scope.split("/"), text]:
        key = hmac.new(key, part.encode(), "sha256").digest()
    signed["Authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={access_key}/{scope}, SignedHeaders={';'.join(signed)}, Signature={key.hex()}")
    return signed


def encoded(query):
    """The query, by name and percent-encoded."""
    return "&".join(f"{urllib.parse.quote(name, safe='')}={urllib.parse.quote(value, safe='')}"
                    for name, value in sorted(query.items()))


def ask(endpoint, access_key, secret_key, method, path, query=None, body=b""):
    """Sends a request; answers the body of its answer. RuntimeError when it was refused."""
    host = urllib.parse.urlsplit(endpoint).netloc
    connection = http.client.HTTPConnection(host, timeout=60)
    target = urllib.parse.quote(path) + (f"?{encoded(query)}" if query else "")
    connection.request(method, target, body, headers(
        host, access_key, secret_key, method, path, query or {}, hashlib.sha256(body).hexdigest()))
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    if answer.status >= 300:
        raise RuntimeError(f"{method} {path}: {answer.status} {text[:300]}")
    return text
