from __future__ import annotations

from skywalk.edge.services.s3.request_shapes import OPERATIONS, Constraint


def test_constraints_of_headers_and_query_are_those_of_the_model() -> None:
    listing = OPERATIONS["ListObjectsV2"]
    assert listing.query["max-keys"] == Constraint("integer", ())
    assert listing.query["encoding-type"] == Constraint("string", ("url",))
    assert OPERATIONS["PutObject"].headers["x-amz-object-lock-mode"].enum == ("GOVERNANCE", "COMPLIANCE")


def test_a_document_has_its_elements() -> None:
    document = OPERATIONS["PutBucketLifecycleConfiguration"].body
    assert document is not None
    assert document.root == "LifecycleConfiguration"
    rules = document.shape.members["Rule"]
    assert rules.is_flattened
    assert rules.shape.of is not None
    assert rules.shape.of.members["Status"].shape.enum == ("Enabled", "Disabled")


def test_bodies_that_are_no_documents_and_those_with_readers_of_their_own_have_none() -> None:
    assert OPERATIONS["PutObject"].body is None
    assert OPERATIONS["DeleteObjects"].body is None
    assert "PutBucketPolicy" not in OPERATIONS or OPERATIONS["PutBucketPolicy"].body is None
