"""What is rendered: a prompt with real contents, and the smallest there is."""

import json

PARTIAL = (
    "Be friendly and brief, use plain words, and address the customer by their name. Avoid jargon; explain every "
    "abbreviation once. Numbers are written as the customer wrote them."
)
_SYSTEM = (
    "You are a support agent of {{company}}. {{>%s}} Answer in {{language}}, in no more than three paragraphs, and "
    "never promise what the terms do not say. Where you are not sure, say so and name who would know. Keep to what the "
    "customer asked; do not advertise anything, and do not apologise more than once."
)
_USER = (
    "My name is {{name}}. I ordered these things:\n{{#items}}\n- {{title}}, {{price}}\n{{/items}}\n"
    "and here is my question: {{question}}"
)
_ASSISTANT = (
    "Thank you, {{name}}. Before I answer, a short summary of what I understood, so that you can correct me: you wrote "
    "to {{company}} about your order, and you would like to have an answer in {{language}}. I looked the order up, and "
    "all of the items above are in it, as you say. Here is what our terms say about it, and what you can do next."
)
VARIABLES = {
    "company": "Northwind Traders",
    "language": "English",
    "name": "Ada Lovelace",
    "items": [
        {"title": "Difference engine", "price": "1200.00"},
        {"title": "Punched cards, box of 100", "price": "12.50"},
    ],
    "question": "may I return the cards when I have opened the box, and who pays for the postage?",
}
SMALL = "Hello {{name}}!"


def real(partial: str) -> str:
    """Write the chat prompt: three messages, five variables, a loop and a partial.

    Args:
        partial: the partial's slug.
    """
    texts = {"system": _SYSTEM % partial, "user": _USER, "assistant": _ASSISTANT}
    return json.dumps([{"role": role, "content": text} for role, text in texts.items()])
