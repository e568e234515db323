"""Who may do what on a server: plain Python, called by the web application with what a request says.

`gate` is the way in; it puts together what the other modules each know one thing of. Nothing here knows a web
framework, and no token, cookie or secret ever stands in a representation, a log line or an error.
"""

from __future__ import annotations
