"""What the OpenAPI document says of each endpoint; examples are beside the serializers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from drf_spectacular.utils import extend_schema, extend_schema_view

from apps.jobs.api.serializers import (
    ApplicationSerializer,
    JobPostingSerializer,
    StatisticsSerializer,
)

ViewClass = TypeVar("ViewClass", bound=type[Any])

VERBS = {"retrieve": "read", "partial_update": "update", "destroy": "delete"}


def operations(resource: str, **described: dict[str, Any]) -> Callable[[ViewClass], ViewClass]:
    """Return a decorator that names and describes the actions of a viewset."""
    return extend_schema_view(
        **{
            action: extend_schema(operation_id=f"{resource}_{VERBS.get(action, action)}", **words)
            for action, words in described.items()
        }
    )


industries = operations(
    "industries",
    list={
        "summary": "List industries",
        "description": "All industries by name. Everyone may read them; search looks at the name.",
    },
    create={
        "summary": "Add an industry",
        "description": "Admins only. No two names are the same, whatever their case.",
    },
    retrieve={
        "summary": "Read an industry",
        "description": "One industry. Everyone may read it.",
    },
    partial_update={
        "summary": "Change an industry",
        "description": "Admins only. What is not given stays.",
    },
    destroy={
        "summary": "Delete an industry",
        "description": "Admins only. An industry that has postings is in use and stays (409).",
    },
)

locations = operations(
    "locations",
    list={
        "summary": "List locations",
        "description": (
            "All locations by country and city. Everyone may read them; "
            "search looks at city and country."
        ),
    },
    create={
        "summary": "Add a location",
        "description": "Admins only. A city is in a country once, whatever the case of the names.",
    },
    retrieve={
        "summary": "Read a location",
        "description": "One location. Everyone may read it.",
    },
    partial_update={
        "summary": "Change a location",
        "description": "Admins only. What is not given stays.",
    },
    destroy={
        "summary": "Delete a location",
        "description": "Admins only. A location that has postings is in use and stays (409).",
    },
)

skills = operations(
    "skills",
    list={
        "summary": "List skills",
        "description": "All skills by name. Everyone may read them; search looks at the name.",
    },
    create={
        "summary": "Add a skill",
        "description": "Admins only. No two names are the same, whatever their case.",
    },
    retrieve={
        "summary": "Read a skill",
        "description": "One skill. Everyone may read it.",
    },
    partial_update={
        "summary": "Change a skill",
        "description": "Admins only. What is not given stays.",
    },
    destroy={
        "summary": "Delete a skill",
        "description": "Admins only. Postings that asked for the skill no longer do.",
    },
)

companies = operations(
    "companies",
    list={
        "summary": "List companies",
        "description": (
            "All companies by name. Everyone may read them; "
            "search looks at name and description."
        ),
    },
    create={
        "summary": "Add a company",
        "description": (
            "An employer adds the one company that is theirs; "
            "an admin adds one for an employer, whom `owner` names."
        ),
    },
    retrieve={
        "summary": "Read a company",
        "description": "One company. Everyone may read it.",
    },
    partial_update={
        "summary": "Change a company",
        "description": (
            "Its owner and admins only. What is not given stays. "
            "An admin hands the company over by naming another `owner`."
        ),
    },
    destroy={
        "summary": "Delete a company",
        "description": (
            "Its owner and admins only. Its postings go with it, "
            "unless somebody has applied for one: then it stays (409)."
        ),
    },
)

postings = operations(
    "postings",
    list={
        "summary": "Find job postings",
        "description": (
            "The open postings, newest first: published, and their closing date not passed. "
            "Everyone may read them; employers see their own whatever their status, admins all. "
            "Filters narrow each other, search looks at title, description and company; "
            "an unknown parameter or value is refused (400)."
        ),
    },
    create={
        "summary": "Draft a posting",
        "description": (
            "The company's owner and admins only. The posting is a draft until it is published. "
            "A salary is whole or absent: a minimum, a maximum and a currency."
        ),
        "responses": {201: JobPostingSerializer},
    },
    retrieve={
        "summary": "Read a posting",
        "description": "A posting that the reader may see: see the list.",
    },
    partial_update={
        "summary": "Change a posting",
        "description": (
            "The company's owner and admins only. What is not given stays; "
            "a closed posting stays as it is (409)."
        ),
        "responses": JobPostingSerializer,
    },
    destroy={
        "summary": "Delete a posting",
        "description": (
            "The company's owner and admins only. "
            "A posting that somebody has applied for stays (409): close it."
        ),
    },
    publish={
        "summary": "Publish a posting",
        "description": (
            "The company's owner and admins only. Opens a draft to candidates; "
            "what is no draft, or should have closed by now, is refused (409)."
        ),
        "request": None,
    },
    close={
        "summary": "Close a posting",
        "description": (
            "The company's owner and admins only. From then on nobody can apply; "
            "applications can still be reviewed. What is not published is refused (409)."
        ),
        "request": None,
    },
    apply={
        "summary": "Apply for a posting",
        "description": (
            "Candidates only, once for each posting, while it is open; "
            "a second application, or one for a closed posting, is refused (409)."
        ),
        "responses": {201: ApplicationSerializer},
    },
)

applications = operations(
    "applications",
    list={
        "summary": "List applications",
        "description": (
            "Newest first. Candidates see their own, employers those for their company's postings, "
            "admins all. Search looks at posting, company and candidate."
        ),
    },
    retrieve={
        "summary": "Read an application",
        "description": "An application that the reader may see: see the list.",
    },
    partial_update={
        "summary": "Change an application",
        "description": "The candidate only, until the review begins (then 409).",
        "responses": ApplicationSerializer,
    },
    destroy={
        "summary": "Delete an application",
        "description": "Admins only; candidates withdraw theirs.",
    },
    withdraw={
        "summary": "Withdraw an application",
        "description": (
            "The candidate only, before the decision (then 409). "
            "It is final: nobody applies twice for a posting."
        ),
        "request": None,
    },
    review={
        "summary": "Review an application",
        "description": (
            "The owner of the posting's company and admins only. Takes up a submitted application, "
            "or accepts or rejects it. A decision is final, as is a withdrawal (409)."
        ),
        "responses": ApplicationSerializer,
    },
)

statistics = extend_schema(
    operation_id="statistics_read",
    summary="Read the board in numbers",
    description=(
        "Open postings, also by industry and by employment type, companies and applications. "
        "Everyone may read them."
    ),
    responses=StatisticsSerializer,
)
