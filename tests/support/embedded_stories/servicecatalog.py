"""Service Catalog: portfolios."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from support.embedded_refusal import refused

if TYPE_CHECKING:
    from support.embedded_story import Look

SERVICE = CLIENT = "servicecatalog"


def story(catalog: Any) -> Look:
    team = [{"Key": "team", "Value": "shop"}]
    new = {"DisplayName": "shop", "Description": "what we run", "ProviderName": "us", "IdempotencyToken": "once"}
    made = catalog.create_portfolio(**new, Tags=team)
    portfolio_id = made["PortfolioDetail"]["Id"]
    assert portfolio_id.startswith("port-")
    assert made["PortfolioDetail"]["ARN"].endswith(f":portfolio/{portfolio_id}")
    assert catalog.create_portfolio(**new)["PortfolioDetail"]["Id"] == portfolio_id
    found = catalog.describe_portfolio(Id=portfolio_id)
    assert (found["PortfolioDetail"]["Description"], found["Tags"]) == ("what we run", team)
    other = catalog.create_portfolio(DisplayName="brief", ProviderName="us", IdempotencyToken="twice")[
        "PortfolioDetail"
    ]
    assert {portfolio_id, other["Id"]} <= {one["Id"] for one in catalog.list_portfolios()["PortfolioDetails"]}
    catalog.delete_portfolio(Id=other["Id"])
    assert refused(catalog.describe_portfolio, Id=other["Id"]) == "ResourceNotFoundException"
    assert refused(catalog.delete_portfolio, Id=other["Id"]) == "ResourceNotFoundException"
    share = {"PortfolioId": portfolio_id, "AccountId": "210987654321"}
    assert refused(catalog.create_portfolio_share, **share) == "ServiceUnavailableException"

    def look(catalog: Any) -> Any:
        return catalog.describe_portfolio(Id=portfolio_id)

    return look
