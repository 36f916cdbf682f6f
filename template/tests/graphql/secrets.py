"""Documents with a secret in them, for tests/test_secrecy.py."""

import json
import re
from typing import Any


def bodies(secret: str) -> list[dict[str, Any]]:
    """Return documents that have the secret in one place each, as it is and as a name."""
    name = "s" + re.sub(r"\W", "", secret)
    text = json.dumps(secret)
    queries = [
        f"{{ users(search: {text}) {{ totalCount }} }}",
        f'{{ users(search: """{secret}""") {{ totalCount }} }}',
        f"{{ users(first: {text}) {{ totalCount }} }}",
        f"{{ users(after: {text}) {{ totalCount }} }}",
        f"{{ users(ordering: {text}) {{ totalCount }} }}",
        f"{{ users(filters: {{ role: {text} }}) {{ totalCount }} }}",
        f"{{ user(id: {text}) {{ id }} }}",
        f"mutation {{ changeRole(id: {text}, role: {name}) {{ __typename }} }}",
        f"{{ users({name}: 1) {{ totalCount }} }}",
        f"{{ {name}: users(first: -1) {{ totalCount }} }}",
        f"{{ {name} }}",
        f"{{ users {{ edges {{ node {{ {name} }} }} }} }}",
        f"{{ users {{ {name}: totalCount {name}: pageInfo {{ hasNextPage }} }} }}",
        f"query {name} {{ nothing }}",
        f"query (${name}: {name}) {{ users(search: ${name}) {{ totalCount }} }}",
        f"{{ ...{name} }} fragment {name} on {name} {{ id }}",
        f"{{ __typename @{name} }}",
        f"{{ __typename }} # {secret}",
        *(secret, f"{{ {secret} }}", f"{{ users(search: {text}", f'{{ users(search: "{secret}'),
    ]
    found: list[dict[str, Any]] = [{"query": query} for query in queries]
    of_variable = "query ($v: {}) {{ users(first: $v, search: $v) {{ totalCount }} }}"
    for kind in ("Int", "String", "UserFilters", "[UserOrdering!]", name):
        for value in (secret, [secret], {secret: 1}, {name: secret}, secret * 50):
            query = of_variable.format(kind)
            found.append({"query": query, "variables": {"v": value, secret: secret}})
    found.append({"query": "{ __typename }", "operationName": secret})
    found.append({"query": "{ users { totalCount } }", "variables": secret})
    return [{"data": body, "format": "json"} for body in found]


def errors(content: bytes) -> str:
    """Return the errors of GraphQL, but for `path`: it has the aliases that the caller chose."""
    found = json.loads(content).get("errors", [])
    return json.dumps([{**error, "path": None} for error in found], ensure_ascii=False)
