"""PyPI openai: the address is an argument (or OPENAI_BASE_URL)."""

import json
import os

import openai

client = openai.OpenAI(base_url=f"{os.environ['URL']}/v1", api_key=os.environ["KEY"], max_retries=5)
calm, rude = client.moderations.create(
    input=["The tram was on time today.", "You are a worthless idiot and a disgusting liar."]
).results
try:
    openai.OpenAI(base_url=f"{os.environ['URL']}/v1", api_key="wrong").moderations.create(input="a")
    wrong = "taken"
except openai.AuthenticationError:
    wrong = "AuthenticationError"
told = {"calm": calm.flagged, "rude": rude.categories.harassment, "unmeasured": rude.categories.sexual, "wrong key": wrong}
print(json.dumps(told))
