"""Pieces of requests that make no sense together."""

import random

SCRAPS = [
    *(b"GET ", b"POST ", b"/", b"//evil.example/", b"http://evil.example/", b"*", b"?", b"%", b"%00", b"%ff", b".."),
    *(b" HTTP/1.1", b" HTTP/9.9", b"\r\n", b"\n", b"\r", b"\0", b"\xff", b": ", b"hello", b"a" * 300),
    *(b"Host: localhost", b"Host: ", b"Origin: null", b"Cookie: a=b; a", b"X-Forwarded-For: ,,,"),
    *(b"Upgrade: websocket", b"Connection: Upgrade", b"Sec-WebSocket-Key: x", b"Sec-WebSocket-Version: 13"),
    *(b"Sec-WebSocket-Protocol: \xff", b"Daphne-Root-Path: %ff", b"Expect: 100-continue"),
    *(b"Content-Length: 5", b"Content-Length: x", b"Transfer-Encoding: chunked"),
    *(b"5\r\nhello\r\n0\r\n", b"fffffffffffffff\r\n"),
]


def odd_request(chance: random.Random) -> bytes:
    """Scraps in any order; half the time in the shape of a request, so that more of the server gets to see them."""
    scraps = [chance.choice(SCRAPS) for _ in range(chance.randrange(1, 30))]
    if chance.random() < 0.5:
        return b"".join(scraps)
    headers = [b"Host: localhost", *(scrap for scrap in scraps if b": " in scrap)]
    chance.shuffle(headers)
    target = b"".join(scrap for scrap in scraps if scrap.startswith((b"/", b"%", b"?", b"."))) or b"/"
    start = chance.choice([b"GET", b"POST", b"HEAD", b"OPTIONS", b"QUERY"]) + b" " + target + b" HTTP/1.1"
    return b"\r\n".join([start, *headers, b"", b"".join(scraps[:3])])
