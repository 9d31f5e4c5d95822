"""The API documentation: a correct OpenAPI document, our own pages, and a paragraph for every error."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.domain.errors import Code
from service.web.http.errors import STATUS
from service.web.openapi.error_docs import MEANING

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def reader(app: Flask) -> FlaskClient:
    return app.test_client()


def test_every_reference_of_the_document_leads_somewhere(reader: FlaskClient) -> None:
    response = reader.get("/openapi.json")
    schemas = response.json["components"]["schemas"]
    named = set(re.findall(r'"#/components/schemas/([^"]+)"', response.get_data(as_text=True)))
    assert named <= set(schemas)
    assert {"CommentBody", "CommentResponse", "Problem"} <= named
    assert response.json["openapi"] == "3.1.0"


def test_the_document_says_who_may_and_what_can_come_back(reader: FlaskClient) -> None:
    entry = reader.get("/openapi.json").json["paths"]["/v1/comments"]["post"]
    assert entry["security"] == [{"key": ["submit"]}]
    assert set(entry["responses"]) == {"200", "202", "401", "403", "408", "409", "413", "415", "422", "429", "503"}
    assert entry["responses"]["202"]["headers"]["Location"]["required"] is True
    assert {p["name"] for p in entry["parameters"]} == {"Idempotency-Key", "Prefer"}


@pytest.mark.parametrize("path", ["/docs", "/docs/errors"])
def test_its_pages_ask_nobody_else_for_anything(reader: FlaskClient, path: str) -> None:
    response = reader.get(path)
    body = response.get_data(as_text=True)
    assert response.status_code == 200
    assert "<script" not in body
    assert not re.search(r'(src|href)="(https?:)?//', body)
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]


def test_every_error_has_a_paragraph_and_every_problem_points_to_one(reader: FlaskClient) -> None:
    assert set(MEANING) == set(Code) == set(STATUS)
    page = reader.get("/docs/errors").get_data(as_text=True)
    problem = reader.get("/v1/comments").json
    path, _, anchor = problem["type"].partition("#")
    assert path == "/docs/errors"
    assert all(f'id="{code}"' in page for code in (*Code, anchor))
    assert "`" not in page


def test_every_operation_is_on_the_page_with_a_command_to_paste(reader: FlaskClient) -> None:
    page = reader.get("/docs").get_data(as_text=True)
    for path, methods in reader.get("/openapi.json").json["paths"].items():
        for method, entry in methods.items():
            assert f'id="{entry["operationId"]}"' in page
            assert f"curl -X {method.upper()} &#39;http://greenroom.example{path}" in page


def test_another_spelling_of_a_form_is_refused_in_a_documented_content_type(reader: FlaskClient) -> None:
    documented = reader.get("/openapi.json").json["paths"]["/f/{site}"]["get"]["responses"]["404"]["content"]
    refused = reader.get("/f/%C2%84", environ_overrides={"RAW_URI": "/f/%C2%84", "REQUEST_URI": "/f/%C2%84"})
    assert (refused.status_code, refused.mimetype) == (404, "application/problem+json")
    assert set(documented) == {"text/html", refused.mimetype}
