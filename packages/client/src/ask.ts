import { PROBLEM_MEDIA_TYPE } from "@masthead/shared/http/problem";
import type { z } from "zod";
import { understood } from "./answer.js";
import { ConnectionError } from "./errors.js";
import { type QueryValue, requestUrl } from "./request-url.js";
import { ROUTES, type Route, type RouteName, type Routes } from "./routes.js";
import { send, type Transport, type TransportAnswer } from "./transport.js";

/** What every call takes beside its own parameters. */
export interface CallOptions {
  /** Ends the call, whatever it waits for; it then fails with the signal's reason. */
  signal?: AbortSignal | undefined;
}

type PathNames<Template extends string> = Template extends `${string}{${infer Name}}${infer Rest}`
  ? Name | PathNames<Rest>
  : never;
type Query<Name extends RouteName> = Routes[Name] extends { query: readonly (infer Key extends string)[] }
  ? { [K in Key]?: QueryValue }
  : Record<never, never>;

interface AnyAsked {
  readonly headers?: Readonly<Record<string, string>>;
  /** sent as JSON */
  readonly body?: unknown;
  readonly path?: Readonly<Record<string, string>>;
  /** values that are undefined are left out */
  readonly query?: object;
  readonly options?: CallOptions | undefined;
}

/** What goes into a request of a route: just its parameters, and all of its path's. */
export type Asked<Name extends RouteName> = AnyAsked & { readonly query?: Query<Name> } & ([
    PathNames<Name>,
  ] extends [never]
    ? unknown
    : { readonly path: Readonly<Record<PathNames<Name>, string>> });

export type AnswerOf<Name extends RouteName> = Routes[Name] extends { answer: infer T extends z.ZodType }
  ? z.output<T>
  : undefined;

/** How resources ask: a route of the table and what goes into it. */
export interface Ask {
  /** @throws ProblemError, ConnectionError, RequestError; the reason of the caller's signal */
  json<Name extends RouteName>(route: Name, asked: Asked<Name>): Promise<AnswerOf<Name>>;
  /** The same, as another of the route's media types. @throws as `json` */
  text<Name extends RouteName>(route: Name, mediaType: string, asked: Asked<Name>): Promise<TransportAnswer>;
}

const JSON_TYPE = "application/json";

const parsed = (text: string, base: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    const { origin } = new URL(base);
    throw new ConnectionError("not_masthead", `${origin} answered without JSON: is it Masthead's API?`);
  }
};

const routeOf = (name: RouteName): Route => ROUTES[name];

/** @param base where the API is */
export const createAsk = (transport: Transport, base: string): Ask => {
  const ask = async (name: RouteName, accept: string, asked: AnyAsked): Promise<TransportAnswer> => {
    const { path, query, body, headers, options } = asked;
    const [method = "", template = ""] = name.split(" ");
    return send(transport, {
      method,
      url: requestUrl(base, template, path, query as Record<string, QueryValue> | undefined),
      headers: {
        accept: `${accept}, ${PROBLEM_MEDIA_TYPE}`,
        ...(body === undefined ? {} : { "content-type": JSON_TYPE }),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      repeatable: method !== "POST" || routeOf(name).reads === true,
      signal: options?.signal,
    });
  };
  return {
    async json(name, asked) {
      const { text } = await ask(name, JSON_TYPE, asked);
      const { answer } = routeOf(name);
      return (answer === undefined ? undefined : understood(answer, parsed(text, base))) as AnswerOf<
        typeof name
      >;
    },
    text: ask,
  };
};
