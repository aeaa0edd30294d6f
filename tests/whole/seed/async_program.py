import asyncio
from portkey_ai import AsyncPortkey

async def manage_prompts():
    portkey = AsyncPortkey(
        api_key="PORTKEY_API_KEY",
        virtual_key="VIRTUAL_KEY"
    )
    
    # Render prompt asynchronously
    rendered = await portkey.prompts.render(
        prompt_id="template_123",
        variables={"name": "Bob", "topic": "Machine Learning"}
    )
    
    # Execute prompt completion
    response = await portkey.prompts.completions(
        prompt_id="template_123",
        variables={"name": "Bob", "topic": "Machine Learning"},
        model="gpt-4"
    )
    
    return rendered, response

rendered, response = asyncio.run(manage_prompts())
