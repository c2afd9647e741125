"""Requests to an S3-compatible store, signed as AWS Signature Version 4 says, with Python's standard library."""

import hashlib
import hmac
import http.client
import time
import urllib.parse


def sign(secret_key, scope, now, method, path, query, signed, digest):
    """The signature of a request. `signed`: the headers it covers, by name; `digest`: the SHA-256 of its body."""
    canonical = "\n".join([
        method, urllib.parse.quote(path), encoded(query), *(f"{name}:{value}" for name, value in signed.items()), "",
        ";".join(signed), digest])
    text = "\n".join(["AWS4-HMAC-SHA256", now, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = b"AWS4" + secret_key.encode()
    for part in [*scope.split("/"), text]:
        key = hmac.new(key, part.encode(), "sha256").digest()
    return key.hex()


def headers(host, access_key, secret_key, method, path, query, digest, region="default"):
    """The headers that sign a request. `digest`: the SHA-256 of its body in hexadecimal."""
    now = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    scope = f"{now[:8]}/{region}/s3/aws4_request"
    signed = {"host": host, "x-amz-content-sha256": digest, "x-amz-date": now}
    signature = sign(secret_key, scope, now, method, path, query, signed, digest)
    return signed | {"Authorization": f"AWS4-HMAC-SHA256 Credential={access_key}/{scope}, "
                                      f"SignedHeaders={';'.join(signed)}, Signature={signature}"}


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


def presigned(endpoint, access_key, secret_key, method, path, seconds=3600, region="default"):
    """A URL that whoever has it may use with this method for so long."""
    now = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    scope = f"{now[:8]}/{region}/s3/aws4_request"
    query = {
        "X-Amz-Algorithm": "AWS4-HMAC-SHA256", "X-Amz-Credential": f"{access_key}/{scope}", "X-Amz-Date": now,
        "X-Amz-Expires": str(seconds), "X-Amz-SignedHeaders": "host"}
    host = urllib.parse.urlsplit(endpoint).netloc
    signature = sign(secret_key, scope, now, method, path, query, {"host": host}, "UNSIGNED-PAYLOAD")
    return f"{endpoint}{urllib.parse.quote(path)}?{encoded(query)}&X-Amz-Signature={signature}"
