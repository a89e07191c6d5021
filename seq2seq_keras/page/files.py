"""Where the files of the page are, and what a browser lets them do."""

import pathlib

# With a server behind it. It gives these names as `page/NAME`, and `index.html` as `/`.
PAGE_FOLDER = pathlib.Path(__file__).with_name("web")
# What takes their place, or stands beside them, where there is no server.
ALONE_FOLDER = pathlib.Path(__file__).with_name("alone")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data: blob:; base-uri 'none'; form-action 'none'"
)
