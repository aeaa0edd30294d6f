"""A template as apps have them: 1.2 KB, 10 variables, a loop of 20, 2 partials; and the same without loops."""

from typing import Any

SENTENCE = "Answer in plain words, name your sources, and say so where you are not sure of something. "
TEXT = (
    "You are {{assistant}}, who helps the customers of {{company}} with {{topic}}.\n"
    f"{SENTENCE * 5}\n"
    "The customer is {{customer}}, from {{country}}, who writes in {{language}}. Be {{tone}}.\n"
    "{{>pp-rules}}\n"
    "The orders of this customer, the newest first:\n"
    "{{#orders}}\n- {{number}}: {{article}}\n{{/orders}}\n"
    f"{SENTENCE * 4}\n"
    "Today is {{today}}. {{^orders}}There are no orders yet.{{/orders}}\n"
    "{{>pp-closing}}\n"
    "The question: {{question}}\nAnswer within {{words}} words.\n"
)
PARTIALS = {
    "pp-rules": "Never promise a refund. Pass on whatever is about the law.",
    "pp-closing": "Close with a greeting in the customer's language.",
}
NAMES = ["assistant", "company", "topic", "customer", "country", "language", "tone", "today", "question", "words"]
ORDERS = [{"number": f"A-{index}", "article": f"article {index}"} for index in range(20)]
VARIABLES: dict[str, Any] = {**{name: f"the {name}" for name in NAMES}, "orders": ORDERS}

LONG = "pp-long"
LINE = "- {{number}}: {{article}}\n"
FLAT = (
    TEXT.replace("{{#orders}}\n" + LINE + "{{/orders}}\n", "{{orders}}")
    .replace("{{^orders}}There are no orders yet.{{/orders}}", "")
    .replace("{{>pp-rules}}\n", PARTIALS["pp-rules"])
    .replace("{{>pp-closing}}\n", PARTIALS["pp-closing"])
)
"""The template without partials, for a library that has none, its loop a variable that the app joins beforehand."""


def orders_text(orders: list[dict[str, str]]) -> str:
    """Join orders as the template's loop does, where an app has to do it."""
    return "".join([f"- {order['number']}: {order['article']}\n" for order in orders])


def rendered() -> str:
    """Return the text that all libraries have to render."""
    text = FLAT
    for name, value in {**VARIABLES, "orders": orders_text(ORDERS)}.items():
        text = text.replace(f"{{{{{name}}}}}", value)
    return text
