from __future__ import annotations

import pytest

from accounts.mail import registered_purposes
from fincred.companion.management.commands.mail_pictures import WIDTHS, page_of
from fincred.ops.chromium import SCHEMES
from fincred.tests.live import ROOT

pytestmark = pytest.mark.unit


def test_every_mail_has_a_page_and_its_pictures() -> None:
    names = {path.name for path in (ROOT / "docs" / "mail").glob("*.png")}
    purposes = registered_purposes()
    assert names == {f"{one}-{width}-{scheme}.png" for one in purposes for width in WIDTHS for scheme in SCHEMES}
    assert all("</html>" in page_of(purpose) for purpose in purposes)
