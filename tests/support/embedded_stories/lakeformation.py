"""LF-tags of Lake Formation: its permissions decide nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from support.embedded_story import Look

SERVICE, CLIENT = "lakeformation", "lakeformation"


def story(lake: Any) -> Look:
    for key in ("team", "gone"):
        lake.create_lf_tag(TagKey=key, TagValues=["shop", "store"])
    with pytest.raises(ClientError, match="InvalidInputException"):
        lake.create_lf_tag(TagKey="team", TagValues=["other"])
    lake.update_lf_tag(TagKey="team", TagValuesToAdd=["garden"], TagValuesToDelete=["store"])
    with pytest.raises(ClientError, match="InvalidInputException"):
        lake.update_lf_tag(TagKey="team", TagValuesToDelete=["nobody"])
    lake.delete_lf_tag(TagKey="gone")
    for refused in (lake.get_lf_tag, lake.delete_lf_tag):
        with pytest.raises(ClientError, match="EntityNotFoundException"):
            refused(TagKey="gone")
    listed = {one["TagKey"]: one["TagValues"] for one in lake.list_lf_tags()["LFTags"]}
    assert (listed["team"], "gone" in listed) == (["shop", "garden"], False)
    with pytest.raises(ClientError, match="one catalog"):
        lake.get_lf_tag(TagKey="team", CatalogId="999999999999")
    with pytest.raises(ClientError, match="decide nothing"):
        lake.list_permissions()

    def look(lake: Any) -> Any:
        return lake.get_lf_tag(TagKey="team")

    return look
