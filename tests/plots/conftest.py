"""What the tests of pictures share."""

import pytest
from matplotlib.font_manager import findSystemFonts


@pytest.fixture
def hangul_font():
    """Skips a test where nothing could draw Korean."""
    families = ("nanum", "cjk", "kr-", "malgun", "applesdgothic")
    if not any(name in path.lower() for path in findSystemFonts() for name in families):
        pytest.skip("no font with Hangul: apt-get install fonts-nanum")
