"""PyPI google-api-python-client: the address stands in the discovery document that it is given."""

import json
import os

from googleapiclient.discovery import build_from_document
from googleapiclient.errors import HttpError

METHOD = {
    "id": "commentanalyzer.comments.analyze", "path": "v1alpha1/comments:analyze", "flatPath": "v1alpha1/comments:analyze",
    "httpMethod": "POST", "parameterOrder": [], "parameters": {}, "request": {"$ref": "Asked"}, "response": {"$ref": "Scores"},
}  # fmt: skip
DOCUMENT = {
    "name": "commentanalyzer", "version": "v1alpha1", "rootUrl": f"{os.environ['URL']}/", "servicePath": "", "batchPath": "batch",
    "parameters": {"key": {"type": "string", "location": "query"}}, "schemas": {n: {"id": n, "type": "object"} for n in ("Asked", "Scores")},
    "resources": {"comments": {"methods": {"analyze": METHOD}}},
}  # fmt: skip


def score(text: str, key: str) -> float:
    service = build_from_document(DOCUMENT, developerKey=key)
    asked = {"comment": {"text": text}, "languages": ["en"], "requestedAttributes": {"TOXICITY": {}}}
    answer = service.comments().analyze(body=asked).execute(num_retries=5)
    return float(answer["attributeScores"]["TOXICITY"]["summaryScore"]["value"])


calm = score("The tram was on time today.", os.environ["KEY"])
rude = score("You are a worthless idiot and a disgusting liar.", os.environ["KEY"])
try:
    wrong = score("a", "wrong")
except HttpError as error:
    wrong = error.resp.status
print(json.dumps({"calm": calm < 0.3, "rude": rude > 0.7, "wrong key": wrong}))
