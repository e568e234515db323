"""The API's document as a text, from which the page's types are generated: `python -m assay.serving.document`.

It says nothing of this installation, so that the same code always gives the same text.
"""

from __future__ import annotations

import json
import sys
from typing import cast

from assay.serving.access.gate import Gate
from assay.serving.site import Site


def api_document() -> str:
    """The OpenAPI document of this version's API, with the version of the API in place of that of the package."""
    from assay.serving.app import make_routes
    from assay.serving.reference import document_of
    from assay.serving.routes.health import API_VERSION

    # Routes are described, not served: nothing is asked of a gate or opened in a site.
    app = make_routes(cast("Site", None), cast("Gate", None), version=str(API_VERSION))
    return json.dumps(document_of(app), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(api_document())
