"""Terms that the coach explains, each by an education text."""

from __future__ import annotations

from typing import Final
from uuid import UUID

# Words of a message, and the text that explains them; the narrower term first.
TERMS: Final = (
    (("avalanche", "highest rate first"), "c86bbde6-bb49-5bbf-b6f8-ca7a448058c9"),
    (("snowball", "smallest debt first"), "b881911a-a5f1-5a44-ae8d-585f6bf3d559"),
    (("minimum payment", "minimum"), "ce39cb62-7bbe-5d8b-961e-7719d9d241de"),
    (("consolidation", "consolidat"), "560045f4-a3bb-5595-83c4-d6af48149656"),
    (("balance transfer", "interest-free"), "d088f8c8-3b54-5af6-8165-5d906b6a2b04"),
    (("emergency fund", "rainy day"), "2e12b01d-fa01-5512-ac95-8b0653eb55ce"),
    (("fire", "financial independence", "4 % rule", "4% rule"), "8e0f4607-53d5-54e8-a820-17d3c6c995a3"),
    (("savings rate",), "e84acaa4-df71-5e5e-9814-867b4af5dfc8"),
    (("compound interest", "interest on interest", "compound"), "3dd760de-b2ad-5133-b5ee-22e07bd4123e"),
    (("inflation", "real return"), "c601cb53-69ad-5520-ab83-35222647677e"),
    (("diversification", "diversify"), "b9567d8e-80c4-51a7-ac77-486bd0d345b8"),
    (("50/30/20", "50 30 20", "budget"), "f2f00f09-fbac-5a54-9a39-856dce52800a"),
    (("interest",), "ade7b5fa-32bd-5bf6-9b62-f2ef68588f9b"),
)


def text_for(message: str) -> UUID | None:
    """The id of the text that explains the first term named in the message."""
    message = message.casefold()
    return next((UUID(text) for words, text in TERMS if any(word in message for word in words)), None)


def known_terms() -> list[str]:
    """The first word for each term."""
    return [words[0] for words, _ in TERMS]
