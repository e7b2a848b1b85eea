from __future__ import annotations

import pytest

from accounts.iso_codes import is_currency, is_time_zone, read_country

pytestmark = [pytest.mark.unit, pytest.mark.accounts]


class TestPlaces:
    @pytest.mark.parametrize("code", ["EUR", "USD", "KES", "JPY", "XOF"])
    def test_knows_currencies(self, code: str) -> None:
        assert is_currency(code)

    @pytest.mark.parametrize("code", ["eur", "Eur", "XYZ", "EU", "", "€UR", "XXX", "XTS", "XAU", "CLF", "USN"])
    def test_knows_no_other_currencies(self, code: str) -> None:
        assert not is_currency(code)

    @pytest.mark.parametrize("text", ["DE", "de", "De"])
    def test_reads_a_country_by_code(self, text: str) -> None:
        assert read_country(text) == "DE"

    @pytest.mark.parametrize("text", ["Germany", "germany", "Côte d'Ivoire", "Chad", "日本", "ไทย"])
    def test_reads_a_country_by_name(self, text: str) -> None:
        assert read_country(text) == text

    @pytest.mark.parametrize(
        "text", ["XX", "UK", "D", "", "DEU", "deu", "USA", "276", "ＤＥ", "D日", "日1", "1234", "..."]
    )
    def test_reads_no_other_code(self, text: str) -> None:
        assert read_country(text) is None

    @pytest.mark.parametrize("name", ["UTC", "Europe/Berlin", "Pacific/Kiritimati", "Etc/GMT+12"])
    def test_knows_time_zones(self, name: str) -> None:
        assert is_time_zone(name)

    @pytest.mark.parametrize(
        "name", ["europe/berlin", "Berlin", "localtime", "Factory", "../etc/passwd", "+01:00", ""]
    )
    def test_knows_no_other_time_zones(self, name: str) -> None:
        assert not is_time_zone(name)
