/** A typed client of the API: addresses, parameters, bodies and answers are those of docs/api/openapi.yaml. */

import createClient, { type Client, createQuerySerializer } from "openapi-fetch";

import type { components, paths } from "./schema.js";

export type { components, operations, paths } from "./schema.js";

type Schemas = components["schemas"];

/** What every error answers with (RFC 9457). */
export type ProblemDetails = Schemas["Problem"];

/** What a log-in answers with; it carries the tokens. */
export type Session = Schemas["Session"];

export interface Tokens {
  access: string;
  refresh: string;
}

/** Where the tokens are kept: that is the caller's choice. */
export interface TokenStorage {
  get(): Tokens | null | Promise<Tokens | null>;
  set(tokens: Tokens | null): void | Promise<void>;
}

export interface Options {
  /** Where the API is served, as in `http://localhost:8000`. */
  baseUrl: string;
  /** In memory, if it is not given: a reload of the page logs out. */
  storage?: TokenStorage;
  /** Another `fetch`, for tests say. */
  fetch?: (request: Request) => Promise<Response>;
}

/** An error of the API: decide by `status` and `code`, show `message`, report `requestId`. */
export class ApiError extends Error {
  override readonly name = "ApiError";

  constructor(
    readonly problem: ProblemDetails,
    readonly response: Response,
  ) {
    super(problem.detail);
  }

  get status(): number {
    return this.response.status;
  }

  get code(): string {
    return this.problem.code;
  }

  get requestId(): string {
    return this.problem.request_id;
  }

  /** The messages for one field of a form, or all that belong to none. */
  messages(param?: string): string[] {
    const errors = this.problem.errors ?? [];
    return errors.filter((error) => error.param === param).map((error) => error.message);
  }
}

/** The answer's data; an error answer is thrown as an ApiError. */
export async function unwrap<A extends { data?: unknown; error?: unknown; response: Response }>(
  answer: Promise<A>,
): Promise<Exclude<A["data"], undefined>> {
  const { data, error, response } = await answer;
  if (response.ok) {
    return data as Exclude<A["data"], undefined>;
  }
  throw new ApiError(isProblem(error) ? error : unknownProblem(response), response);
}

function isProblem(error: unknown): error is ProblemDetails {
  return typeof error === "object" && error !== null && "code" in error && "request_id" in error;
}

/** What stands before the API, a proxy say, has errors of its own. */
function unknownProblem(response: Response): ProblemDetails {
  return {
    type: "about:blank",
    title: response.statusText,
    status: response.status,
    detail: response.statusText || `The server answered with ${response.status}.`,
    instance: new URL(response.url || "http://unknown/").pathname,
    code: "unknown",
    request_id: response.headers.get("X-Request-ID") ?? "",
  };
}

/** A storage that lasts as long as the page. */
export function memory(): TokenStorage {
  let kept: Tokens | null = null;
  return {
    get: () => kept,
    set: (tokens) => {
      kept = tokens;
    },
  };
}

export interface Api extends Client<paths> {
  /** Logs in and keeps the tokens. Throws an ApiError: with 401, a step is pending, and its problem says which. */
  logIn(email: string, password: string): Promise<Session>;
  /** Ends the session here and on the server. */
  logOut(): Promise<void>;
  /** Keeps the tokens of an answer that logs in: of a second factor, a confirmed address, a new password. */
  keep(session: Session): Promise<void>;
}

const repeated = createQuerySerializer();

/** The API takes several orders in one parameter, with commas between them, and all else one by one. */
function querySerializer({ ordering, ...query }: Record<string, unknown>): string {
  return repeated({ ...query, ordering: Array.isArray(ordering) ? ordering.join(",") : ordering });
}

/** A client. Each request carries the access token; one that has expired is renewed, once for all who wait. */
export function createApi({ baseUrl, storage = memory(), fetch: send = (r) => fetch(r) }: Options): Api {
  const open = createClient<paths>({ baseUrl, fetch: send, querySerializer });
  let renewing: Promise<Tokens | null> | null = null;

  async function keep(session: Session): Promise<void> {
    const { access_token: access, refresh_token: refresh } = session.meta;
    if (access && refresh) {
      await storage.set({ access, refresh });
    }
  }

  async function renewed(stale: Tokens): Promise<Tokens | null> {
    const kept = await storage.get();
    if (kept?.access !== stale.access) {
      return kept; // another request, or another tab, was quicker
    }
    const { data, response } = await open.POST("/api/v1/tokens/refresh", {
      body: { refresh_token: stale.refresh },
    });
    if (data) {
      const { access_token: access, refresh_token: refresh } = data.data;
      const tokens = { access, refresh: refresh ?? stale.refresh };
      await storage.set(tokens);
      return tokens;
    }
    if (response.status === 400 || response.status === 401) {
      await storage.set(null); // the session has ended
    }
    return null;
  }

  // A refresh token that comes twice ends its session: tabs that share a storage take turns.
  function renew(stale: Tokens): Promise<Tokens | null> {
    renewing ??= (async () => {
      const locks = globalThis.navigator?.locks;
      try {
        return await (locks ? locks.request(`tokens of ${baseUrl}`, () => renewed(stale)) : renewed(stale));
      } finally {
        renewing = null;
      }
    })();
    return renewing;
  }

  async function authorized(request: Request): Promise<Response> {
    const tokens = await storage.get();
    if (!tokens) {
      return send(request);
    }
    const again = request.clone();
    request.headers.set("Authorization", `Bearer ${tokens.access}`);
    const response = await send(request);
    if (response.status !== 401 || (await wantsMore(response))) {
      return response;
    }
    const fresh = await renew(tokens);
    if (!fresh) {
      return response;
    }
    again.headers.set("Authorization", `Bearer ${fresh.access}`);
    return send(again);
  }

  return Object.assign(createClient<paths>({ baseUrl, fetch: authorized, querySerializer }), {
    keep,
    async logIn(email: string, password: string): Promise<Session> {
      const session = await unwrap(open.POST("/api/v1/auth/login", { body: { email, password } }));
      await keep(session);
      return session;
    },
    // The answer is 401: that the tokens cannot be renewed either shows that the session has ended.
    async logOut(): Promise<void> {
      await authorized(new Request(`${baseUrl}/api/v1/auth/session`, { method: "DELETE" }));
      await storage.set(null);
    },
  });
}

/** Whether a 401 is for somebody who is logged in, and has to give the password or a code again. */
async function wantsMore(response: Response): Promise<boolean> {
  const problem: unknown = await response
    .clone()
    .json()
    .catch(() => null);
  const meta = (problem as { meta?: { is_authenticated?: boolean } } | null)?.meta;
  return meta?.is_authenticated === true;
}
