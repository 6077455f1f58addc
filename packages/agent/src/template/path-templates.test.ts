import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PathTemplates } from "./path-templates.js";
import { ServiceTemplates } from "./service-templates.js";

const templateOf = (path: string): string => new PathTemplates().templateOf(path);

describe("templates of single paths", () => {
  it.each([
    ["/", "/"],
    ["*", "*"],
    ["", "{authority}"],
    ["/healthz", "/healthz"],
    ["/v1/chat/completions", "/v1/chat/completions"],
    ["/v1/models", "/v1/models"],
    ["/v1/models/gpt-4o", "/v1/models/{id}"],
    ["/v1/models/text-embedding-3-small", "/v1/models/{id}"],
    ["/v1beta/models/gemini-pro:generateContent", "/v1beta/models/{id}:generateContent"],
    ["/v1/messages/count_tokens", "/v1/messages/count_tokens"],
    ["/v1/images/generations", "/v1/images/generations"],
    ["/v1/threads/thread_abc/runs/run_1/steps", "/v1/threads/{id}/runs/{id}/steps"],
    ["/openai/deployments/gpt4/chat/completions", "/openai/deployments/{id}/chat/completions"],
    ["/users/17/orders", "/users/{id}/orders"],
    ["/users/alice", "/users/{id}"],
    ["/users/me", "/users/me"],
    ["/users/james", "/users/{id}"],
    ["/user/james", "/user/{id}"],
    ["/user/login", "/user/login"],
    ["/user/alice", "/user/{id}"],
    ["/pet/findByStatus", "/pet/findByStatus"],
    ["/chirps/hello-there/likes", "/chirps/{id}/likes"],
    ["/customers/acme-corp/payment-methods", "/customers/{id}/payment-methods"],
    ["/repos/torvalds/linux/issues/12", "/repos/{id}/{id}/issues/{id}"],
    ["/api/v1/namespaces/default/pods/nginx-7d9/log", "/api/v1/namespaces/{id}/pods/{id}/log"],
    ["/helloworld.Greeter/SayHello", "/helloworld.Greeter/SayHello"],
    ["/.well-known/openid-configuration", "/.well-known/openid-configuration"],
    ["/orders/2024-01-02", "/orders/{id}"],
    ["/item/7b0c1d2e-3f40-4a5b-8c6d-7e8f90a1b2c3", "/item/{id}"],
    ["/item/01ARZ3NDEKTSV4RRFFQ69G5FAV", "/item/{id}"],
    ["/mailbox/a%40b.example", "/mailbox/{id}"],
    ["/mailbox/a@b.example", "/mailbox/{id}"],
    ["/img/a.png", "/img/{file}"],
    ["/static/js/app.3f2a.js", "/static/js/{file}"],
    ["/favicon.ico", "/favicon.ico"],
    ["/users/17.json", "/users/{id}.json"],
    ["/users.json", "/users.json"],
    ["//users///17/", "/users/{id}"],
    ["/users/./17/../18", "/users/{id}"],
    ["/../..", "/"],
    ["/users;v=1/17;a=b", "/users/{id}"],
    ["/%75sers/1", "/users/{id}"],
    ["/users/{id}", "/users/{id}"],
    ["/users/%", "/users/{id}"],
    [`/users/${"a".repeat(5_000)}`, "/users/{id}"],
    [`/a${"/1".repeat(50)}`, `/a${"/{id}".repeat(11)}/{rest}`],
  ])("%s is %s", (path, template) => {
    expect(templateOf(path)).toBe(template);
  });
});

describe("hostile paths", () => {
  it("never throw, and give bounded templates that stay", () => {
    const templates = new PathTemplates();
    const segment = fc.oneof(
      fc.string({ maxLength: 80 }),
      fc.constantFrom(
        "..",
        ".",
        "",
        "%",
        "%2f",
        "{id}",
        "__proto__",
        "constructor",
        "users",
        "a:b:c",
        ";",
        "\0",
        "v1",
      ),
    );
    fc.assert(
      fc.property(fc.array(segment, { maxLength: 20 }), (segments) => {
        const path = `/${segments.join("/")}`;
        const template = templates.templateOf(path);
        expect(template.length).toBeLessThanOrEqual(1_024);
        expect(templates.templateOf(path)).toBe(template);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("services", () => {
  it("have templates of their own, in a bounded number", () => {
    const templates = new ServiceTemplates();
    for (let i = 0; i < 1_000; i++)
      expect(templates.templateOf(`service-${i}`, "/users/17")).toBe("/users/{id}");
  });
});
