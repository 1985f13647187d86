"""What is changed in moto's Lake Formation, of which LF-tags alone are served. Written against moto 5.2.5.

Source: Lake Formation API Reference, CreateLFTag, DeleteLFTag, GetLFTag, UpdateLFTag. Unconfirmed: the code for a tag
that is there already, and for a value that is not.
"""

from __future__ import annotations

from typing import Any

from moto.lakeformation.exceptions import EntityNotFound, InvalidInput
from moto.lakeformation.models import LakeFormationBackend
from moto.utilities.tagging_service import TaggingService


def change_lf_tags() -> None:
    # moto says nothing of tags that are not there, and fails at values; a tag that is there it makes anew.
    def create_lf_tag(self: Any, catalog_id: str, key: str, values: list[str]) -> None:
        if key in self.list_lf_tags(catalog_id):
            raise InvalidInput("Tag key already exists")
        create(self, catalog_id, key, values)

    def get_lf_tag(self: Any, catalog_id: str, key: str) -> list[str]:
        values: list[str] | None = self.list_lf_tags(catalog_id).get(key)
        if values is None:
            raise EntityNotFound
        return values

    def update_lf_tag(self: Any, catalog_id: str, key: str, less: list[str] | None, more: list[str] | None) -> None:
        values = get_lf_tag(self, catalog_id, key)
        if not set(less or ()) <= set(values):
            raise InvalidInput("Tag value to delete does not exist")
        kept = [one for one in dict.fromkeys([*values, *(more or ())]) if one not in (less or ())]
        tags = TaggingService.convert_dict_to_tags_input({key: kept})  # type: ignore[dict-item]
        self.tagger.tag_resource(f"arn:lakeformation:{catalog_id}", tags)

    def delete_lf_tag(self: Any, catalog_id: str, key: str) -> None:
        get_lf_tag(self, catalog_id, key)
        delete(self, catalog_id, key)

    create, delete = LakeFormationBackend.create_lf_tag, LakeFormationBackend.delete_lf_tag
    setattr(LakeFormationBackend, "create_lf_tag", create_lf_tag)  # noqa: B010
    setattr(LakeFormationBackend, "get_lf_tag", get_lf_tag)  # noqa: B010
    setattr(LakeFormationBackend, "update_lf_tag", update_lf_tag)  # noqa: B010
    setattr(LakeFormationBackend, "delete_lf_tag", delete_lf_tag)  # noqa: B010
