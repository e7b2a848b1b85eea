from __future__ import annotations

import pytest

from accounts.serializers import AddressSerializer
from fincred.api.openapi import document

pytestmark = [pytest.mark.unit, pytest.mark.accounts]


class TestAddress:
    @pytest.mark.parametrize("address", ["Sam@Example.com", "sam+goals@example.co.uk", "sam@münchen.example"])
    def test_stays_as_it_was_written(self, address: str) -> None:
        serializer = AddressSerializer(data={"email": address})
        assert serializer.is_valid()
        assert serializer.validated_data == {"email": address}

    @pytest.mark.parametrize(
        "address",
        [
            '"sam spender"@example.com',
            '"\x01"@example.com',
            "sa\x00m@example.com",
            "sam\n@example.com",
            "sam@exam\u202eple.com",
            "\u017fam@example.com",
            "\u212aim@example.com",
            "sam@",
            7,
            None,
        ],
    )
    def test_has_no_quotes_nor_control_characters_nor_lookalikes(self, address: object) -> None:
        assert not AddressSerializer(data={"email": address}).is_valid()


class TestErasing:
    def test_is_documented_with_its_body(self) -> None:
        body = document()["paths"]["/api/v0/users/me"]["delete"]["requestBody"]
        assert body["content"]["application/json"]["schema"]["$ref"].endswith("/PasswordConfirmationRequest")
        assert "requestBody" not in document()["paths"]["/api/v0/goals/{goal_id}"]["delete"]
