"""What a frontend developer builds on: types, a client, requests, a mock, and a warning before it breaks."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from nexus_scaffold import git
from nexus_scaffold.testing import RenderedRepo, RenderRepo, commit_all
from tests.services.servers import free_port, wait_until
from tests.site import Site, prepare, serve
from tests.variants import DEFAULTS

Document = dict[str, Any]
Break = Callable[[Document], object]
Ask = Callable[..., subprocess.CompletedProcess[str]]

STARTERS: Mapping[str, Mapping[str, object]] = {
    "job_board": DEFAULTS,
    "blank": {"starter": "blank"},
}
NEWMAN = "newman@6.2.2"
# As many requests of a collection as an admin can see through on seeded data.
SUCCEEDS = {"job_board": 50, "blank": 20}
FENCE = re.compile(r"^```ts\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Frontend:
    """A repo that is served, and what its frontend developers have made from it."""

    starter: str
    site: Site
    repo: RenderedRepo

    @property
    def client(self) -> Path:
        """The folder of the client."""
        return self.repo.path / "client"

    @property
    def path(self) -> str:
        """A PATH with the repo's own Node.js."""
        return os.pathsep.join([str(self.client / ".node/bin"), self.repo.environment["PATH"]])

    def node(self, *command: str, **variables: str) -> str:
        """What a command of the repo's own Node.js prints."""
        done = subprocess.run(
            [str(self.client / ".node/bin" / command[0]), *command[1:]],
            cwd=self.client,
            env={**self.repo.environment, "PATH": self.path, **variables},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture(scope="module", params=STARTERS)
def frontend(
    request: pytest.FixtureRequest, rendered: Callable[..., RenderedRepo], render_repo: RenderRepo
) -> Iterator[Frontend]:
    """A starter, served, with the tools of its client."""
    answers = STARTERS[request.param]
    shared = rendered(**answers)
    repo = RenderedRepo(render_repo(**answers), shared.answers, shared.environment)
    commit_all(repo.path)
    prepare(repo.path, repo.environment)
    made = repo.run("make", "client", "collection", check=False)
    if made.returncode:
        pytest.fail(f"The tools of client/ need npm's registry:\n{made.stdout}", pytrace=False)
    with serve(repo.path, repo.environment) as site:
        yield Frontend(request.param, site, repo)


JOURNEY = """
import { ApiError, createApi, memory, unwrap } from "api-client";

const { BASE, EMAIL, PASSWORD, STARTER } = process.env;
const seen = [];
const send = (request) => { seen.push(new URL(request.url).pathname); return fetch(request); };
const storage = memory();
const api = createApi({ baseUrl: BASE, storage, fetch: send });
const said = {};
const refused = (promise) => promise.then(() => null, (error) => {
  if (!(error instanceof ApiError)) throw error;
  const of = error.messages(error.problem.errors?.[0]?.param);
  return { status: error.status, code: error.code, requestId: error.requestId, of };
});

said.wrong = await refused(api.logIn(EMAIL, "not the password"));
await api.logIn(EMAIL, PASSWORD);
const me = await unwrap(api.GET("/api/v1/accounts/me/"));
said.me = me.email;
const patch = (full_name) => unwrap(api.PATCH("/api/v1/accounts/me/", { body: { full_name } }));
said.renamed = (await patch("Ada King")).full_name;
if (STARTER === "job_board") {
  const first = async (path, query = {}) =>
    (await unwrap(api.GET(path, { params: { query } }))).results[0].id;
  const body = {
    company: await first("/api/v1/companies/", { owner: me.id }),
    title: "Keeper of the xylophones",
    description: "Tunes them.",
    industry: await first("/api/v1/industries/"),
    location: await first("/api/v1/locations/"),
    employment_type: "full_time", salary_min: 1000, salary_max: 2000, currency: "KES",
  };
  const post = (body) => unwrap(api.POST("/api/v1/postings/", { body }));
  const { id } = await post(body);
  await unwrap(api.POST("/api/v1/postings/{id}/publish/", { params: { path: { id } } }));
  const query = { search: "xylophones" };
  const found = await unwrap(api.GET("/api/v1/postings/", { params: { query } }));
  said.made = found.results.map((row) => row.id).includes(id);
  said.bad = await refused(post({ ...body, salary_min: -1 }));
  const sorted = { ordering: ["title", "-published_at"], status: "published", page_size: 100 };
  const board = await unwrap(api.GET("/api/v1/postings/", { params: { query: sorted } }));
  said.ordered = board.results.map((row) => [row.title, row.published_at]);
} else {
  said.made = true;
  said.bad = await refused(patch("x".repeat(5000)));
  const sorted = { ordering: ["full_name", "-email"], page_size: 100 };
  const users = await unwrap(api.GET("/api/v1/accounts/users/", { params: { query: sorted } }));
  said.ordered = users.results.map((row) => [row.full_name, row.email]);
}
// The access token is no good any more; five requests find that out at once.
await storage.set({ ...(await storage.get()), access: "expired" });
seen.length = 0;
const five = [1, 2, 3, 4, 5].map(() => unwrap(api.GET("/api/v1/accounts/me/")));
said.together = (await Promise.all(five)).map((answer) => answer.email);
said.refreshes = seen.filter((path) => path.endsWith("/tokens/refresh")).length;
const copied = memory();
copied.set(await storage.get());
await api.logOut();
said.kept = await storage.get();
const other = createApi({ baseUrl: BASE, storage: copied });
said.after = await refused(unwrap(other.GET("/api/v1/accounts/me/")));
said.nobody = await refused(unwrap(api.GET("/api/v1/accounts/me/")));
console.log(JSON.stringify(said));
"""


def test_the_client_logs_in_lists_creates_and_renews(frontend: Frontend) -> None:
    """B11, L02, T12: compiled under `tsc --strict`, run by node against the served repo."""
    email = "employer@example.com" if frontend.starter == "job_board" else "admin@example.com"
    (frontend.client / "journey.mjs").write_text(JOURNEY)
    variables = {
        "BASE": frontend.site.address,
        "EMAIL": email,
        "PASSWORD": frontend.site.demo_password,
        "STARTER": frontend.starter,
    }
    said = json.loads(frontend.node("node", "journey.mjs", **variables))
    assert said["wrong"]["status"] == 400
    assert said["me"] == email
    assert said["renamed"] == "Ada King"
    assert said["made"]
    assert (said["bad"]["status"], said["bad"]["code"]) == (400, "invalid")
    assert said["bad"]["requestId"]
    assert said["bad"]["of"]
    first = [one for one, _ in said["ordered"]]
    assert len(first) > len(set(first)) > 1, "equals, which the second order tells apart"
    by_second = sorted(said["ordered"], key=lambda row: row[1], reverse=True)
    assert said["ordered"] == sorted(by_second, key=lambda row: row[0]), "by both orders"
    assert said["together"] == [email] * 5
    assert said["refreshes"] == 1, "a refresh token that comes twice ends its session"
    assert said["kept"] is None
    assert said["after"]["status"] == 401, "log-out ends the session on the server"
    assert said["nobody"]["status"] == 401


def test_the_examples_of_the_guide_compile(frontend: Frontend) -> None:
    """B11, L02: each block of TypeScript in the frontend guide, as strict as the client."""
    guide = frontend.repo.path / "docs" / "api" / "frontend-guide.md"
    blocks = FENCE.findall(guide.read_text(encoding="utf-8"))
    assert len(blocks) >= 6
    folder = frontend.client / "guide"
    folder.mkdir()
    names = ["api", "profile", *(f"example{number}" for number in range(2, len(blocks)))]
    for name, block in zip(names, blocks, strict=True):
        (folder / f"{name}.ts").write_text(block)
    options = {"noEmit": True, "rootDir": ".."}
    settings = {"extends": "../tsconfig.json", "include": ["*.ts"], "compilerOptions": options}
    (folder / "tsconfig.json").write_text(json.dumps(settings))
    frontend.node("npx", "--no-install", "tsc", "--project", "guide")
    (folder / "api.ts").write_text(f"{blocks[0]}\nvoid api.GET('/api/v1/no-such-thing/');\n")
    with pytest.raises(AssertionError, match=r"guide/api\.ts.*error TS"):
        frontend.node("npx", "--no-install", "tsc", "--project", "guide")


def items(folder: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The requests of a collection, in their order."""
    for item in folder["item"]:
        if "item" in item:
            yield from items(item)
        else:
            yield item


def test_every_request_of_the_collection_is_answered_as_documented(
    frontend: Frontend, tmp_path: Path
) -> None:
    """B03, B11: Postman's runner sends them all, in their order."""
    options = ("--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline")
    frontend.node("npm", "install", *options, "--prefix", str(tmp_path), NEWMAN)
    report = tmp_path / "report.json"
    command = ("node", str(tmp_path / "node_modules/newman/bin/newman.js"), "run")
    frontend.node(
        *command,
        "postman_collection.json",
        *("--env-var", f"baseUrl={frontend.site.address}"),
        *("--env-var", f"password={frontend.site.demo_password}"),
        *("--working-dir", ".", "--reporters", "json", "--reporter-json-export", str(report)),
    )
    run = json.loads(report.read_text())["run"]
    sent = len(operations(document(frontend.repo.path)))
    assert run["stats"]["requests"] == {"total": sent, "pending": 0, "failed": 0}
    assert run["stats"]["assertions"] == {"total": 2 * sent, "pending": 0, "failed": 0}
    answers = [(done["response"]["code"], done["item"]["name"]) for done in run["executions"]]
    assert sum(code < 300 for code, _ in answers) >= SUCCEEDS[frontend.starter], sorted(answers)


def test_the_http_file_has_the_same_requests(frontend: Frontend) -> None:
    """B03"""
    text = (frontend.client / "requests.http").read_text(encoding="utf-8")
    collection = json.loads((frontend.client / "postman_collection.json").read_text("utf-8"))
    request = r"^### (.+)\n# @name (\w+)\n([A-Z]+) \{\{baseUrl\}\}(\S+)$"
    written = re.findall(request, text, re.MULTILINE)
    named = {operation["operationId"] for operation in operations(document(frontend.repo.path))}
    assert {name for _, name, _, _ in written} == named
    assert [
        (title, method, re.sub(r"\{\{.*?\}\}", "x", path)) for title, _, method, path in written
    ] == [
        (
            item["name"],
            item["request"]["method"],
            "/" + "/".join(re.sub("^:.+", "x", part) for part in item["request"]["url"]["path"]),
        )
        for item in items(collection)
    ]
    assert set(re.findall(r"\{\{(\w+)\.response", text)) <= named
    assert frontend.site.demo_password not in text


MOCKED = """
import { createApi, unwrap } from "api-client";
const { BASE } = process.env;
const api = createApi({ baseUrl: BASE });
await api.logIn("ada@example.com", "correct-horse-battery");
const list = await unwrap(api.GET("/api/v1/accounts/users/"));
const bad = await api.PATCH("/api/v1/accounts/me/", { body: { full_name: 7 } });
const headers = { Origin: "http://localhost:5173" };
const cors = await fetch(`${BASE}/api/v1/accounts/me/`, { headers });
console.log(JSON.stringify([list.results.length, bad.response.status, bad.error.code,
  bad.response.headers.get("Content-Type"), cors.headers.get("Access-Control-Allow-Origin")]));
"""


def test_the_mock_answers_like_the_api(frontend: Frontend) -> None:
    """B11, L02: examples, problems and CORS, without the backend; the client works against it."""
    site = Site(frontend.repo.path, port := free_port())
    mock = subprocess.Popen(
        ["make", "mock", f"PORT={port}"],
        cwd=frontend.repo.path,
        env=frontend.repo.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        wait_until(lambda: mock.poll() is not None or listens(site), "the mock answers")
        (frontend.client / "mocked.mjs").write_text(MOCKED)
        said = json.loads(frontend.node("node", "mocked.mjs", BASE=site.address))
    finally:
        os.killpg(mock.pid, signal.SIGTERM)
        mock.wait(timeout=20)
    assert said[0] > 0
    assert said[1:3] == [400, "invalid"]
    assert said[3].startswith("application/problem+json")
    assert said[4] in {"*", "http://localhost:5173"}


def listens(site: Site) -> bool:
    """Whether anything answers there."""
    try:
        site.ask("GET", "/api/v1/accounts/me/")
    except OSError:
        return False
    return True


def test_what_is_made_stays_out_of_git(frontend: Frontend) -> None:
    """B11: what is made from the contract is not committed, so it is never out of date."""
    ours = {"client/journey.mjs", "client/mocked.mjs", "client/guide/", "server.log"}
    listed = frontend.repo.run("git", "status", "--porcelain").stdout
    assert {line[3:] for line in listed.splitlines()} <= ours


def document(repo: Path) -> Document:
    """The committed contract."""
    text = (repo / "docs" / "api" / "openapi.yaml").read_text(encoding="utf-8")
    loaded: Document = yaml.safe_load(text)
    return loaded


def write(repo: Path, contract: Document) -> None:
    """Changes the contract."""
    text = yaml.safe_dump(contract, sort_keys=False)
    (repo / "docs" / "api" / "openapi.yaml").write_text(text, encoding="utf-8")


def operations(contract: Document) -> list[Document]:
    """All operations."""
    methods = {"get", "post", "put", "patch", "delete"}
    return [
        operation
        for path in contract["paths"].values()
        for method, operation in path.items()
        if method in methods
    ]


PROFILE = "/api/v1/accounts/me/"
USERS = "/api/v1/accounts/users/"


def schema(contract: Document, method: str) -> Document:
    """The schema of the profile: what is sent by PATCH, or what GET answers."""
    operation = contract["paths"][PROFILE][method]
    carrier = operation["responses"]["200"] if method == "get" else operation["requestBody"]
    reference = carrier["content"]["application/json"]["schema"]["$ref"]
    found: Document = contract["components"]["schemas"][reference.rpartition("/")[2]]
    return found


def _removed_field(contract: Document) -> None:
    profile = schema(contract, "get")
    del profile["properties"]["headline"]
    profile["required"] = [name for name in profile["required"] if name != "headline"]


def _required_parameter(contract: Document) -> None:
    contract["paths"][USERS]["get"]["parameters"].append(
        {"in": "query", "name": "tenant", "required": True, "schema": {"type": "string"}}
    )


def _name(method: str, **members: object) -> Break:
    return lambda contract: schema(contract, method)["properties"]["full_name"].update(members)


BREAKS: dict[str, tuple[Break, str]] = {
    "a path": (lambda contract: contract["paths"].pop(USERS), f"GET {USERS}: removed operation"),
    "an operation": (
        lambda contract: contract["paths"][PROFILE].pop("patch"),
        f"PATCH {PROFILE}: removed operation",
    ),
    "a field of an answer": (_removed_field, f"GET {PROFILE}: removed property `headline`"),
    "a field that has to be sent": (
        lambda contract: schema(contract, "patch").update(required=["full_name"]),
        f"PATCH {PROFILE}: added required status to `full_name`",
    ),
    "a parameter that has to be sent": (
        _required_parameter,
        f"GET {USERS}: added required query parameter `tenant`",
    ),
    "the type of a body": (
        _name("patch", type="integer"),
        f"PATCH {PROFILE}: replaced type definition of `full_name`",
    ),
    "the type of an answer": (
        _name("get", type="integer"),
        f"GET {PROFILE}: replaced type definition of `full_name`",
    ),
    "a limit": (_name("patch", maxLength=3), f"PATCH {PROFILE}: replaced maxLength"),
    "an answer that may be null": (
        _name("get", nullable=True),
        f"GET {PROFILE}: added possible nullable",
    ),
    "a value of a choice": (
        lambda contract: contract["components"]["schemas"]["RoleEnum"]["enum"].remove("candidate"),
        f"PATCH {USERS}{{id}}/: removed a possible value of `role`",
    ),
}


@pytest.fixture
def contract(frontend: Frontend) -> Iterator[Ask]:
    """A function that changes and commits the contract, and asks what that breaks."""
    if frontend.starter == "blank":
        pytest.skip("the job board's contract has all that the blank one has")
    repo = frontend.repo
    before = repo.run("git", "rev-parse", "HEAD").stdout.strip()

    def ask(
        change: Break | None = None, base: str = "", message: str = ""
    ) -> subprocess.CompletedProcess[str]:
        if change:
            changed = document(repo.path)
            change(changed)
            write(repo.path, changed)
        if message:
            git.git("add", "docs", cwd=repo.path)
            commit(repo.path, message)
        command = ("uv", "run", "--no-sync", "python", "scripts/contract.py", *filter(None, [base]))
        return repo.run(*command, check=False, variables={"PATH": frontend.path})

    yield ask
    git.git("reset", "--quiet", "--hard", before, cwd=repo.path)


def commit(repo: Path, message: str) -> None:
    """Commits what is staged, as somebody."""
    somebody = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
    git.git(*somebody, "commit", "--quiet", "--no-verify", "--message", message, cwd=repo)


@pytest.mark.parametrize("what", BREAKS)
def test_a_break_is_named(contract: Ask, what: str) -> None:
    """B11, C12: since the last commit of the default branch, each on a line with its address."""
    change, line = BREAKS[what]
    done = contract(change)
    assert done.returncode == 1, done.stdout
    assert re.search(f"^{re.escape(line)}", done.stdout, re.MULTILINE), done.stdout
    assert "docs/api/changelog.md" in done.stdout


def _additions(contract: Document) -> None:
    profile = schema(contract, "get")
    profile["properties"]["colour"] = {"type": "string"}
    profile["required"].append("colour")
    sent = schema(contract, "patch")["properties"]
    sent["colour"] = {"type": "string"}
    sent["full_name"]["maxLength"] = 10_000
    contract["paths"]["/api/v1/colours/"] = {"get": contract["paths"][PROFILE]["get"]}
    listing = contract["paths"][USERS]["get"]
    listing["parameters"].insert(0, {"in": "query", "name": "a", "schema": {"type": "string"}})
    listing.update(description="In other words.", deprecated=True)


def test_an_addition_is_no_break(contract: Ask) -> None:
    """B11: a path, a field, a parameter, a wider limit, other words."""
    done = contract(_additions)
    assert done.returncode == 0, done.stdout
    assert "Nothing breaks clients" in done.stdout


def test_a_marked_commit_accepts_a_break(contract: Ask, frontend: Frontend) -> None:
    """B04, B11: it has to be the commit that changes the contract."""
    repo = frontend.repo.path
    base = frontend.repo.run("git", "rev-parse", "HEAD").stdout.strip()
    change, line = BREAKS["an operation"]
    (repo / "docs" / "index.md").write_text("# Other words\n")
    assert contract(None, base, "docs!: other words").returncode == 0
    assert contract(change, base, "fix: another profile").returncode == 1
    git.git("reset", "--quiet", "--hard", base, cwd=repo)
    done = contract(change, base, "feat!: profiles are read only")
    assert done.returncode == 0, done.stdout
    assert line in done.stdout
    assert "feat!: profiles are read only" in done.stdout


def test_a_break_of_graphql_is_named(contract: Ask, frontend: Frontend) -> None:
    """B11, T04"""
    path = frontend.repo.path / "docs" / "api" / "schema.graphql"
    text = path.read_text(encoding="utf-8")
    changed = re.sub(r"(type \w+ \{\n(?:.*\n)*?)  email: .*\n", r"\1", text, count=1)
    assert changed != text
    path.write_text(changed, encoding="utf-8")
    done = contract()
    assert done.returncode == 1, done.stdout
    assert re.search(r"^GraphQL: .*email.* was removed", done.stdout, re.MULTILINE), done.stdout


def test_before_there_is_a_contract_nothing_breaks(contract: Ask, frontend: Frontend) -> None:
    """B11: the first commit that has one, a new branch as GitHub tells of it, and a slip of the pen."""
    repo = frontend.repo.path
    base = frontend.repo.run("git", "rev-parse", "HEAD").stdout.strip()
    git.git("rm", "--quiet", "--cached", "-r", "docs/api", cwd=repo)
    commit(repo, "chore: no contract yet")
    done = contract(None, "HEAD")
    assert done.returncode == 0, done.stdout
    assert "nothing can break yet" in done.stdout
    git.git("reset", "--quiet", "--hard", base, cwd=repo)
    assert contract(None, "0" * 40).returncode == 0
    assert contract(None, "no-such-branch").returncode == 1


LINTS: dict[str, Break] = {
    "operation-operationId": lambda contract: contract["paths"][PROFILE]["get"].pop("operationId"),
    "operation-summary": lambda contract: contract["paths"][PROFILE]["get"].pop("summary"),
    "operation-4xx-response": lambda contract: contract["paths"][PROFILE]["get"].update(
        responses={"200": contract["paths"][PROFILE]["get"]["responses"]["200"]}
    ),
    "security-defined": lambda contract: contract["components"].pop("securitySchemes"),
    "no-invalid-media-type-examples": lambda contract: schema(contract, "get")["properties"].update(
        id={"type": "boolean"}
    ),
}


def test_the_linter_bites(frontend: Frontend) -> None:
    """B02, T13: nothing is found in what is committed, and each rule finds what it is for."""
    path = frontend.repo.path / "docs" / "api" / "openapi.yaml"
    text = path.read_text(encoding="utf-8")
    assert "Nothing breaks clients" in frontend.repo.run("make", "contract").stdout
    changed = document(frontend.repo.path)
    for rule in LINTS.values():
        rule(changed)
    write(frontend.repo.path, changed)
    try:
        done = frontend.repo.run("make", "contract", check=False)
    finally:
        path.write_text(text, encoding="utf-8")
    assert done.returncode == 2
    assert [name for name in LINTS if name not in done.stdout] == []
