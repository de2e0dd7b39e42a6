"""Pages travel compressed to browsers that take it: a list of records shrinks to a sixth.

Only pages: what the API answers carries entity tags of its versions, which would have to differ for each encoding. A page holds no
secret beside what its reader sent, so that its length tells nobody anything (BREACH).
"""

import gzip

from flask import Request, Response

#: Shorter ones fit into one packet as they are.
_LEAST = 1400
#: Half of the best level's time for all but a twentieth of its gain.
_LEVEL = 5


def compress(request: Request, response: Response) -> Response:
    """Return the answer, compressed where it is a page and the browser takes it."""
    if response.mimetype != "text/html" or response.is_streamed or response.direct_passthrough or "Content-Encoding" in response.headers:
        return response
    response.vary.add("Accept-Encoding")
    if not request.accept_encodings.quality("gzip"):
        return response
    page = response.get_data()
    if len(page) >= _LEAST:
        response.set_data(gzip.compress(page, _LEVEL, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    return response
