import type { ProblemDocument } from "./types";

/** The path the whole application lies under, without a trailing slash; the server writes it into the page. */
export const webroot: string =
  document.querySelector<HTMLMetaElement>('meta[name="mailcatch-webroot"]')?.content.replace(/\/$/, "") ?? "";

export const url = (path: string): string => webroot + path;

/** The server answered, and said no. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly document: Partial<ProblemDocument>,
  ) {
    super(document.detail ?? document.title ?? `The server answered ${status}.`);
  }

  get kind(): string {
    return this.document.type?.split("/").pop() ?? "";
  }
}

/** The server did not answer. */
export class Unreachable extends Error {
  constructor() {
    super("The server did not answer.");
  }
}

type Params = Record<string, string | number | boolean | readonly string[] | null | undefined>;

export function withParams(path: string, params: Params = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    if (Array.isArray(value)) for (const each of value) search.append(name, each);
    else if (value !== undefined && value !== null && value !== "") search.set(name, String(value));
  }
  const text = search.toString();
  return text ? `${path}?${text}` : path;
}

async function send(path: string, init: RequestInit): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(url(path), init);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Unreachable();
  }
  if (answer.ok) return answer;
  const document = (await answer.json().catch(() => ({}))) as Partial<ProblemDocument>;
  throw new Problem(answer.status, document);
}

export async function get<T>(path: string, params: Params = {}, signal?: AbortSignal): Promise<T> {
  const init: RequestInit = signal ? { signal } : {};
  return (await (await send(withParams(path, params), init)).json()) as T;
}

export async function getBytes(path: string, signal?: AbortSignal): Promise<Uint8Array> {
  const init: RequestInit = signal ? { signal } : {};
  return new Uint8Array(await (await send(path, init)).arrayBuffer());
}

export const getText = async (path: string): Promise<string> => (await send(path, { headers: { Accept: "text/plain" } })).text();

async function sendJson<T>(method: string, path: string, body?: unknown): Promise<T> {
  const init: RequestInit = { method };
  if (body !== undefined) {
    init.body = JSON.stringify(body);
    init.headers = { "Content-Type": "application/json" };
  }
  const answer = await send(path, init);
  return (answer.status === 204 ? {} : await answer.json()) as T;
}

export const patch = <T>(path: string, body: unknown): Promise<T> => sendJson<T>("PATCH", path, body);
export const put = <T>(path: string, body: unknown): Promise<T> => sendJson<T>("PUT", path, body);
export const post = <T>(path: string, body: unknown): Promise<T> => sendJson<T>("POST", path, body);
export const remove = <T>(path: string, params: Params = {}): Promise<T> => sendJson<T>("DELETE", withParams(path, params));
