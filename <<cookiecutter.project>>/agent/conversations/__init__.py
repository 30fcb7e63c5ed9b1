"""What is kept of conversations, each for its owner alone."""

from agent.conversations.kept import ConversationConflict, ConversationFull, Conversations, open_conversations

__all__ = ["ConversationConflict", "ConversationFull", "Conversations", "open_conversations"]
