"""What is changed in moto's services of bots and agents. Written against moto 5.2.5.

Unconfirmed: the words of refusals, and Lex's code for a name that is taken (`PreconditionFailedException`).
Source: API References: Lex V2 (CreateBot, DescribeBot, ListBots), Agents for Amazon Bedrock (CreateAgent, DeleteAgent,
CreateKnowledgeBase).
"""

from __future__ import annotations

import string
from typing import Any

_IN_IDS = string.ascii_uppercase + string.digits


def _new_id() -> str:
    from moto.moto_api._internal import mock_random

    return "".join(mock_random.choice(_IN_IDS) for _ in range(10))


def change_bots() -> None:
    # moto has other ids than Lex, leaves bots in creation for ever, tells the time of no zone, and fails where a bot
    # is not there.
    from moto.core.exceptions import JsonRESTError
    from moto.core.utils import unix_time
    from moto.lexv2models.models import FakeBot, LexModelsV2Backend

    def refusal(code: str, message: str, status: int) -> JsonRESTError:
        refused = JsonRESTError(code, message)
        refused.code = status
        return refused

    def begin(self: Any, **named: Any) -> None:
        make(self, **named)
        self.id, self.status = _new_id(), "Available"
        self.creation_date_time = self.last_updated_date_time = unix_time()
        self.arn = self._generate_arn()

    def create_bot(self: Any, **named: Any) -> Any:
        if named["bot_name"] in {bot.bot_name for bot in self.bots.values()}:
            raise refusal("PreconditionFailedException", f"There is a bot named {named['bot_name']}.", 412)
        return create(self, **named)

    def update_bot(self: Any, bot_id: str, **named: Any) -> Any:
        updated = update(self, bot_id, **named)
        updated["lastUpdatedDateTime"] = self.bots[bot_id].last_updated_date_time = unix_time()
        return updated

    def list_bots(self: Any) -> list[dict[str, Any]]:
        return [{**bot, "latestBotVersion": "DRAFT"} for bot in enumerate_bots(self)]

    def of_one_bot(method: Any) -> Any:
        def call(self: Any, bot_id: str, **named: Any) -> Any:
            if bot_id not in self.bots:
                raise refusal("ResourceNotFoundException", f"There is no bot {bot_id}.", 404)
            return method(self, bot_id, **named)

        return call

    def of_one_arn(method: Any) -> Any:
        def call(self: Any, resource_arn: str, *args: Any, **named: Any) -> Any:
            if resource_arn not in {bot.arn for bot in self.bots.values()}:
                raise refusal("ResourceNotFoundException", f"There is no resource {resource_arn}.", 404)
            return method(self, resource_arn, *args, **named)

        return call

    make, create, update = FakeBot.__init__, LexModelsV2Backend.create_bot, LexModelsV2Backend.update_bot
    enumerate_bots = LexModelsV2Backend.list_bots
    setattr(FakeBot, "__init__", begin)  # noqa: B010
    setattr(LexModelsV2Backend, "update_bot", update_bot)  # noqa: B010
    for changed in (create_bot, list_bots):
        setattr(LexModelsV2Backend, changed.__name__, changed)
    for name in ("describe_bot", "update_bot", "delete_bot"):
        setattr(LexModelsV2Backend, name, of_one_bot(getattr(LexModelsV2Backend, name)))
    for name in ("tag_resource", "untag_resource", "list_tags_for_resource"):
        setattr(LexModelsV2Backend, name, of_one_arn(getattr(LexModelsV2Backend, name)))


def change_agents() -> None:
    # moto has other ids than Bedrock, says that agents are prepared which nobody prepared, with an action that is
    # recommended, and takes a name twice.
    from moto.bedrockagent.exceptions import ConflictException
    from moto.bedrockagent.models import Agent, AgentsforBedrockBackend, KnowledgeBase

    def begin_agent(self: Any, *args: Any) -> None:
        make_agent(self, *args)
        self.agent_id, self.agent_version, self.agent_status = _new_id(), "DRAFT", "NOT_PREPARED"
        self.agent_arn = f"{self.agent_arn.rpartition('/')[0]}/{self.agent_id}"
        self.idle_session_ttl_in_seconds = self.idle_session_ttl_in_seconds or 600
        self.prepared_at, self.recommended_actions = None, []

    def begin_base(self: Any, *args: Any) -> None:
        make_base(self, *args)
        self.knowledge_base_id, self.status = _new_id(), "ACTIVE"
        self.knowledge_base_arn = f"{self.knowledge_base_arn.rpartition('/')[0]}/{self.knowledge_base_id}"

    def create_agent(self: Any, **named: Any) -> Any:
        if named["agent_name"] in {agent.agent_name for agent in self.agents.values()}:
            raise ConflictException(f"There is an agent named {named['agent_name']}.")
        return create(self, **named)

    def create_knowledge_base(self: Any, **named: Any) -> Any:
        if named["name"] in {base.name for base in self.knowledge_bases.values()}:
            raise ConflictException(f"There is a knowledge base named {named['name']}.")
        return create_base(self, **named)

    def delete_agent(self: Any, agent_id: str, **_named: Any) -> Any:
        return delete(self, agent_id, True)

    make_agent, make_base = Agent.__init__, KnowledgeBase.__init__
    create, delete = AgentsforBedrockBackend.create_agent, AgentsforBedrockBackend.delete_agent
    create_base = AgentsforBedrockBackend.create_knowledge_base
    setattr(Agent, "__init__", begin_agent)  # noqa: B010
    setattr(KnowledgeBase, "__init__", begin_base)  # noqa: B010
    for changed in (create_agent, create_knowledge_base, delete_agent):
        setattr(AgentsforBedrockBackend, changed.__name__, changed)
