"""Account Management: whom else to write to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from support import edge_rows as rows
from support.embedded_refusal import refused

if TYPE_CHECKING:
    from support.embedded_story import Look

SERVICE = CLIENT = "account"


def story(account: Any) -> Look:
    contact = {"Name": "Ada", "Title": "Keeper", "EmailAddress": "ada@example.com", "PhoneNumber": "+41 44 000 00 00"}
    for kind in ("SECURITY", "BILLING"):
        account.put_alternate_contact(AlternateContactType=kind, **contact)
    found = account.get_alternate_contact(AlternateContactType="SECURITY")["AlternateContact"]
    assert found == {"AlternateContactType": "SECURITY", **contact}
    account.delete_alternate_contact(AlternateContactType="BILLING")
    assert refused(account.get_alternate_contact, AlternateContactType="BILLING") == "ResourceNotFoundException"
    others = {"AlternateContactType": "SECURITY", "AccountId": rows.OTHER_ACCOUNT}
    assert refused(account.get_alternate_contact, **others) == "AccessDeniedException"

    def look(account: Any) -> Any:
        return account.get_alternate_contact(AlternateContactType="SECURITY")

    return look
