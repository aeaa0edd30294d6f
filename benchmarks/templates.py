"""A template to render in the client: 1.2 KB, 10 variables, a loop of 20, 2 partials, parsed once."""

from typing import Any

from benchmarks.clock import Block, timed
from benchmarks.workload import check
from portkey_ai.templates import Partial, Template

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


def template(base_url: str) -> Block:
    """Render the template; there is no server in it."""
    partials = {slug: Partial(slug, 1, Template(text)) for slug, text in PARTIALS.items()}
    parsed = Template(TEXT)
    text = parsed.render(VARIABLES, partials=partials).text
    check(text[-58:], "The question: the question\nAnswer within the words words.\n")
    check(str(text.count("- A-")), "20")
    return timed(lambda: parsed.render(VARIABLES, partials=partials))
