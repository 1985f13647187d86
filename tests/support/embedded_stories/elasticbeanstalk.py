"""Elastic Beanstalk: applications; no environment runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from support.embedded_story import Look

SERVICE, CLIENT = "elasticbeanstalk", "elasticbeanstalk"


def story(beanstalk: Any) -> Look:
    made = beanstalk.create_application(ApplicationName="shop")["Application"]
    assert (made["ApplicationName"], made["ApplicationArn"].rpartition(":")[2]) == ("shop", "application/shop")
    with pytest.raises(ClientError, match="already exists"):
        beanstalk.create_application(ApplicationName="shop")
    beanstalk.create_application(ApplicationName="gone")
    beanstalk.delete_application(ApplicationName="gone")
    with pytest.raises(ClientError, match="no environment runs"):
        beanstalk.create_environment(ApplicationName="shop", EnvironmentName="live")

    def look(beanstalk: Any) -> Any:
        applications = beanstalk.describe_applications()["Applications"]
        assert [one["ApplicationName"] for one in applications] == ["shop"]
        return applications

    return look
