from __future__ import annotations

import pytest

from accounts.iso_codes import is_country, is_currency, is_time_zone

pytestmark = [pytest.mark.unit, pytest.mark.accounts]


class TestPlaces:
    @pytest.mark.parametrize("code", ["EUR", "USD", "KES", "JPY", "XOF"])
    def test_knows_currencies(self, code: str) -> None:
        assert is_currency(code)

    @pytest.mark.parametrize("code", ["eur", "Eur", "XYZ", "EU", "", "€UR", "XXX", "XTS", "XAU"])
    def test_knows_no_other_currencies(self, code: str) -> None:
        assert not is_currency(code)

    @pytest.mark.parametrize("text", ["DE", "de", "KE", "Germany", "germany", "Côte d'Ivoire"])
    def test_takes_a_country_by_code_or_name(self, text: str) -> None:
        assert is_country(text)

    @pytest.mark.parametrize("text", ["XX", "UK", "D", ""])
    def test_takes_no_invented_code(self, text: str) -> None:
        assert not is_country(text)

    @pytest.mark.parametrize("name", ["UTC", "Europe/Berlin", "Pacific/Kiritimati", "Etc/GMT+12"])
    def test_knows_time_zones(self, name: str) -> None:
        assert is_time_zone(name)

    @pytest.mark.parametrize(
        "name", ["europe/berlin", "Berlin", "localtime", "Factory", "../etc/passwd", "+01:00", ""]
    )
    def test_knows_no_other_time_zones(self, name: str) -> None:
        assert not is_time_zone(name)
