"""Agents for Amazon Bedrock: agents and knowledge bases as records; none is prepared or asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from support.embedded_story import Look

SERVICE, CLIENT = "bedrock-agent", "bedrock-agent"
_ROLE = "arn:aws:iam::123456789012:role/runner"
_EMBEDDING = "arn:aws:bedrock:us-east-1::foundation-model/amazon.titan-embed-text-v2:0"


def story(bedrock: Any) -> Look:
    agent = _agent(bedrock, "helper", instruction="Answer what is asked, in whole sentences, and never guess.")
    assert (agent["agentStatus"], agent["agentVersion"], len(agent["agentId"])) == ("NOT_PREPARED", "DRAFT", 10)
    with pytest.raises(ClientError, match="ConflictException"):
        _agent(bedrock, "helper")
    gone = _agent(bedrock, "gone")["agentId"]
    assert bedrock.delete_agent(agentId=gone)["agentStatus"] == "DELETING"
    for refused in (bedrock.get_agent, bedrock.delete_agent):
        with pytest.raises(ClientError, match="ResourceNotFoundException"):
            refused(agentId=gone)
    base = _base(bedrock, "pages")
    assert base["knowledgeBaseArn"].endswith(f":knowledge-base/{base['knowledgeBaseId']}")
    with pytest.raises(ClientError, match="ConflictException"):
        _base(bedrock, "pages")
    gone = _base(bedrock, "gone")["knowledgeBaseId"]
    bedrock.delete_knowledge_base(knowledgeBaseId=gone)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        bedrock.get_knowledge_base(knowledgeBaseId=gone)
    bedrock.tag_resource(resourceArn=agent["agentArn"], tags={"stage": "test", "gone": "soon"})
    bedrock.untag_resource(resourceArn=agent["agentArn"], tagKeys=["gone"])

    def look(bedrock: Any) -> Any:
        found = bedrock.get_agent(agentId=agent["agentId"])["agent"]
        assert (found["agentName"], found["idleSessionTTLInSeconds"]) == ("helper", 600)
        assert [one["agentName"] for one in bedrock.list_agents()["agentSummaries"]] == ["helper"]
        assert [one["name"] for one in bedrock.list_knowledge_bases()["knowledgeBaseSummaries"]] == ["pages"]
        tags = bedrock.list_tags_for_resource(resourceArn=agent["agentArn"])["tags"]
        assert tags == {"team": "a", "stage": "test"}
        return found, bedrock.get_knowledge_base(knowledgeBaseId=base["knowledgeBaseId"])["knowledgeBase"]

    return look


def _agent(bedrock: Any, name: str, **named: Any) -> Any:
    return bedrock.create_agent(agentName=name, agentResourceRoleArn=_ROLE, tags={"team": "a"}, **named)["agent"]


def _base(bedrock: Any, name: str) -> Any:
    return bedrock.create_knowledge_base(**base_named(name))["knowledgeBase"]


def base_named(name: str) -> dict[str, Any]:
    """What a knowledge base is made with."""
    fields = {"vectorField": "v", "textField": "t", "metadataField": "m"}
    return {
        "name": name,
        "roleArn": _ROLE,
        "knowledgeBaseConfiguration": {
            "type": "VECTOR",
            "vectorKnowledgeBaseConfiguration": {"embeddingModelArn": _EMBEDDING},
        },
        "storageConfiguration": {
            "type": "OPENSEARCH_SERVERLESS",
            "opensearchServerlessConfiguration": {
                "collectionArn": "arn:aws:aoss:us-east-1:123456789012:collection/abcdefghij0123456789",
                "vectorIndexName": "index",
                "fieldMapping": fields,
            },
        },
    }
