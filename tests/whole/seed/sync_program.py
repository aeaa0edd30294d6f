from portkey_ai import Portkey

portkey = Portkey(
    api_key="PORTKEY_API_KEY",
    virtual_key="VIRTUAL_KEY"
)

# Render prompt template
rendered = portkey.prompts.render(
    prompt_id="template_123",
    variables={"name": "Alice", "topic": "AI"}
)

print(f"Rendered prompt: {rendered.prompt}")

# Execute prompt with completion
response = portkey.prompts.completions(
    prompt_id="template_123",
    variables={"name": "Alice", "topic": "AI"},
    model="gpt-4",
    temperature=0.7,
    max_tokens=150
)

print(f"Response: {response.choices[0].message.content}")

# Work with prompt versions
versions = portkey.prompts.versions.list("template_123")
print(f"Available versions: {[v.id for v in versions.data]}")

# Get specific version
version = portkey.prompts.versions.retrieve("template_123", "v2")
print(f"Version details: {version.prompt}")

# Stream completion responses
for chunk in portkey.prompts.completions(
    prompt_id="template_123",
    variables={"name": "Alice", "topic": "AI"},
    model="gpt-4",
    stream=True
):
    if chunk.choices[0].delta.content:
        print(chunk.choices[0].delta.content, end="")
