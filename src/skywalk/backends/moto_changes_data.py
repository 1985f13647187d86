"""What is changed in moto's services about data that have but a few records here. Written against moto 5.2.5.

Source: API References of S3 Tables (DeleteTableBucket), Personalize (CreateSchema), Polly (PutLexicon), Timestream for
InfluxDB and Cost Explorer (TagResource, DeleteCostCategoryDefinition).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

from moto.core.exceptions import JsonRESTError

_LEXEME = "{http://www.w3.org/2005/01/pronunciation-lexicon}lexeme"
_TAGGING = ("list_tags_for_resource", "tag_resource", "untag_resource")


def change_table_buckets() -> None:
    # moto deletes what is in them too, and misspells the name of what it gives back of a namespace.
    from moto.s3tables.exceptions import ConflictException
    from moto.s3tables.models import S3TablesBackend
    from moto.s3tables.responses import S3TablesResponse

    def delete_table_bucket(self: Any, table_bucket_arn: str) -> None:
        if self.get_table_bucket(table_bucket_arn).namespaces:
            raise ConflictException("The bucket that you tried to delete is not empty.")
        delete(self, table_bucket_arn)

    def create_namespace(self: Any) -> tuple[int, dict[str, str], str]:
        status, headers, body = create(self)
        return status, headers, body.replace('"tableBucketArn"', '"tableBucketARN"')

    create: Any = S3TablesResponse.create_namespace
    delete = S3TablesBackend.delete_table_bucket
    setattr(S3TablesResponse, "create_namespace", create_namespace)  # noqa: B010
    setattr(S3TablesBackend, "delete_table_bucket", delete_table_bucket)  # noqa: B010


def change_schemas() -> None:
    # moto puts a schema in the place of one of its name.
    from moto.personalize.models import PersonalizeBackend

    def create_schema(self: Any, name: str, *args: Any, **named: Any) -> str:
        if any(schema.name == name for schema in self.schemas.values()):
            raise JsonRESTError("ResourceAlreadyExistsException", f"Another resource with name {name} already exists.")
        return str(create(self, name, *args, **named))

    create = PersonalizeBackend.create_schema
    setattr(PersonalizeBackend, "create_schema", create_schema)  # noqa: B010


def change_lexicons() -> None:
    # moto counts one lexeme in any, and keeps what is no lexicon when it fails at it.
    from moto.polly.models import Lexicon

    def update_lexicon(self: Any, content: str | None = None) -> None:
        try:
            root = ElementTree.fromstring(self.content if content is None else content)  # noqa: S314
        except ElementTree.ParseError:
            raise JsonRESTError("InvalidLexiconException", "The lexicon is not a valid PLS document.") from None
        update(self, content)
        self.lexemes_count = len(root.findall(_LEXEME))

    update = Lexicon.update
    setattr(Lexicon, "update", update_lexicon)  # noqa: B010


def change_parameter_groups() -> None:
    # moto takes tags for what is not there.
    from moto.timestreaminfluxdb.exceptions import ResourceNotFoundException
    from moto.timestreaminfluxdb.models import TimestreamInfluxDBBackend

    def check(self: Any, arn: str) -> None:
        if arn not in {group.arn for group in self.db_parameter_groups.values()}:
            raise ResourceNotFoundException(f"Resource {arn} not found")

    _check_first(TimestreamInfluxDBBackend, _TAGGING, check)


def change_cost_categories() -> None:
    # moto takes tags for what is not there, and deletes it.
    from moto.ce.models import CostExplorerBackend

    def check(self: Any, arn: str) -> None:
        self.describe_cost_category_definition(arn)

    _check_first(CostExplorerBackend, (*_TAGGING, "delete_cost_category_definition"), check)


def _check_first(backend: type, methods: tuple[str, ...], check: Callable[[Any, str], None]) -> None:
    """`check` raises for an ARN, the first parameter of these methods."""

    def checked(method: Any) -> Any:
        def call(self: Any, *args: Any, **named: Any) -> Any:
            check(self, args[0] if args else next(iter(named.values())))
            return method(self, *args, **named)

        return call

    for name in methods:
        setattr(backend, name, checked(getattr(backend, name)))
