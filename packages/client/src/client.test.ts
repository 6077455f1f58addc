import { DEFAULT_POLICY } from "@masthead/shared/policy/default-policy";
import { describe, expect, it } from "vitest";
import { ConnectionError, createClient, ProblemError, RequestError } from "./index.js";
import { json, problem, scripted } from "./testing/recorded-api.js";

const policy = { name: "default", revision: 3, updatedAt: "2026-01-01T00:00:00Z", document: DEFAULT_POLICY };
const empty = { items: [], nextCursor: null };

describe("a call", () => {
  it("carries the key, follows no redirect, and says what it takes", async () => {
    const { client, sent } = scripted([() => json(200, policy)]);
    expect(await client.policies.get("a/b c")).toEqual(policy);
    expect(sent[0]).toMatchObject({
      method: "GET",
      url: "http://masthead.test/v1/policies/a%2Fb%20c",
      redirect: "manual",
    });
    expect(sent[0]?.headers.get("authorization")).toBe("Bearer mh_secret");
    expect(sent[0]?.headers.get("accept")).toBe("application/json, application/problem+json");
  });

  it("keeps the path of the URL that it was given", async () => {
    const { client, sent } = scripted([() => json(200, empty)], { url: "https://tools.test/masthead/" });
    await client.policies.list({ limit: 5 });
    expect(sent[0]?.url).toBe("https://tools.test/masthead/v1/policies?limit=5");
  });

  it("sends documents as JSON, with the revision that they replace", async () => {
    const { client, sent } = scripted([() => json(200, { ...policy, published: true })]);
    await client.policies.put("default", DEFAULT_POLICY, { ifRevision: 3 });
    await client.policies.put("default", DEFAULT_POLICY, { ifRevision: 0 });
    expect(JSON.parse(sent[0]?.body ?? "")).toEqual(DEFAULT_POLICY);
    expect(sent[0]?.headers.get("content-type")).toBe("application/json");
    expect(sent.map(({ headers }) => [headers.get("if-match"), headers.get("if-none-match")])).toEqual([
      ['"3"', null],
      [null, "*"],
    ]);
  });

  it("takes an answer without a body", async () => {
    const { client } = scripted([() => new Response(null, { status: 204 })]);
    expect(await client.policies.delete("a")).toBeUndefined();
  });

  it.each(["", ".", "..", "\ud800"])("names no resource as %j", async (name) => {
    const { client, sent } = scripted([() => json(200, policy)]);
    await expect(client.policies.get(name)).rejects.toThrow(RequestError);
    expect(sent).toEqual([]);
  });
});

describe("an answer", () => {
  it("may have fields that this version does not know, also where a document is strict", async () => {
    const later = {
      ...policy,
      owner: "team-a",
      document: { ...DEFAULT_POLICY, spec: { ...DEFAULT_POLICY.spec, shadow: true } },
    };
    const { client } = scripted([() => json(200, later)]);
    expect(await client.policies.get("default")).toEqual(later);
  });

  it.each([
    ["of another shape", json(200, { things: [] }), "not_understood"],
    ["that is no JSON", new Response("<html>", { status: 200 }), "not_masthead"],
    ["that is an error without JSON", new Response("<html>", { status: 418 }), "not_masthead"],
    [
      "that leads elsewhere",
      new Response(null, { status: 302, headers: { location: "http://x" } }),
      "redirect",
    ],
  ])("%s is not Masthead's", async (_, response, reason) => {
    const { client, sent } = scripted([() => response]);
    const error = await client.policies.list().catch((one: unknown) => one);
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error).toMatchObject({ reason });
    expect(sent).toHaveLength(1);
  });

  it("is read up to a bound, however long it is", async () => {
    let pulled = 0;
    const endless = () =>
      new Response(
        new ReadableStream({
          pull(controller) {
            pulled++;
            controller.enqueue(new Uint8Array(1_000));
          },
        }),
      );
    const { client } = scripted([endless], { answerMaxBytes: 10_000 });
    await expect(client.policies.list()).rejects.toMatchObject({ reason: "too_large" });
    expect(pulled).toBeLessThan(20);
  });
});

describe("a refusal", () => {
  it("is a problem with its code, its words and what is wrong where", async () => {
    const body = {
      title: "The document is invalid",
      status: 422,
      code: "invalid_document",
      detail: "/spec/x: unknown field",
      requestId: "r-1",
      errors: [{ pointer: "/spec/x", message: "unknown field" }],
    };
    const { client } = scripted([() => json(422, body)]);
    const error = await client.policies.get("a").catch((one: unknown) => one);
    expect(error).toBeInstanceOf(ProblemError);
    expect(error).toMatchObject({ ...body, message: body.detail });
  });

  it("of a later version has a code that is unknown", async () => {
    const { client } = scripted([() => problem(409, "teapot")]);
    await expect(client.policies.get("a")).rejects.toMatchObject({ code: "unknown", title: "It is teapot" });
  });

  it("may be any JSON", async () => {
    const { client } = scripted([() => json(400, "no")]);
    await expect(client.policies.get("a")).rejects.toMatchObject({
      code: "unknown",
      message: "the server answered 400",
    });
  });
});

describe("a list", () => {
  it("goes on by cursors, and asks for a page when it is wanted", async () => {
    const pages = ["b", "c", null].map((nextCursor) => () => json(200, { items: [policy], nextCursor }));
    const { client, sent } = scripted(pages);
    const names: string[] = [];
    for await (const { name } of client.policies.all()) names.push(name);
    expect(names).toHaveLength(3);
    expect(sent.map(({ url }) => new URL(url).search)).toEqual([
      "?limit=1000",
      "?limit=1000&cursor=b",
      "?limit=1000&cursor=c",
    ]);
    const again = scripted(pages);
    for await (const page of again.client.policies.pages({ limit: 1 })) {
      expect(page.nextCursor).toBe("b");
      break;
    }
    expect(again.sent).toHaveLength(1);
  });

  it("that does not go on is not followed for ever", async () => {
    const { client, sent } = scripted([() => json(200, { items: [policy], nextCursor: "a" })]);
    const read = async () => {
      for await (const _ of client.policies.all()) {
        // only counted
      }
    };
    await expect(read()).rejects.toMatchObject({ reason: "not_understood" });
    expect(sent).toHaveLength(2);
  });
});

describe("a client", () => {
  it.each([
    { url: "nonsense", key: "k" },
    { url: "ftp://x", key: "k" },
    { url: "http://user:word@x", key: "k" },
    { url: "http://x?a=b", key: "k" },
    { url: "http://x", key: "" },
    { url: "http://x", key: "a\r\nb: c" },
  ])("is not made of $url with $key", (options) => {
    expect(() => createClient(options)).toThrow(RequestError);
  });
});
