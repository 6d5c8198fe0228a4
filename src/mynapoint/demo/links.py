"""The invented city's card authority as a source of links: asked when a certificate signs in for the first time."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from mynapoint.card.emulator.renewal import LINKS
from mynapoint.hub.identity.link_files import Shape, read_links
from mynapoint.hub.identity.links import CertificateId, Link


class CityLinks:
    """What the city's authority has written down; ``mynapoint card renew`` adds to it."""

    name = "city"

    def links_of(self, certificate: CertificateId) -> Sequence[Link]:
        """Return the links on either side of a certificate."""
        path = Path(os.environ["MYNAPOINT_DEMO_STATE"]) / "authority" / LINKS
        if not path.exists():
            return []
        return [link for _, link in read_links(path, Shape()) if certificate in {link.old, link.new}]
