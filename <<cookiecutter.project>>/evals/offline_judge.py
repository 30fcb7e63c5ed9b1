"""A judge without a model behind it: it compares words. For tests, and to see how a judge is measured."""

import re

from pydantic_ai import ModelMessage, ModelResponse, ToolCallPart
from pydantic_ai.messages import ModelRequest, UserPromptPart
from pydantic_ai.models.function import AgentInfo, FunctionModel

PART = r"<{0}>\s*(.*?)\s*</{0}>"
QUOTED = re.compile(r'"([^"]+)"')
EVASIVE = re.compile(r"\b(?:can't|cannot|don't know|sorry)\b", re.IGNORECASE)


def offline_judge() -> FunctionModel:
    """Passes an answer that has every text that its rubric "quotes", and does not evade."""

    def answer(messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
        prompt = _prompt(messages)
        missing = [text for text in QUOTED.findall(_part("Rubric", prompt)) if text not in _part("Output", prompt)]
        is_good = not missing and not EVASIVE.search(_part("Output", prompt))
        reason = f"it lacks {missing[0]!r}" if missing else "it has what the rubric quotes" if is_good else "it evades"
        grade = {"reason": reason, "pass": is_good, "score": float(is_good)}
        return ModelResponse(parts=[ToolCallPart(info.output_tools[0].name, grade)])

    return FunctionModel(answer, model_name="offline-judge")


def _prompt(messages: list[ModelMessage]) -> str:
    return "\n".join(
        str(part.content)
        for message in messages
        if isinstance(message, ModelRequest)
        for part in message.parts
        if isinstance(part, UserPromptPart)
    )


def _part(name: str, prompt: str) -> str:
    found = re.search(PART.format(name), prompt, re.DOTALL)
    return found[1] if found else ""
