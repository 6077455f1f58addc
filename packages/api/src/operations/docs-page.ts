import { html, raw } from "hono/html";
import type { OpenApiDocument } from "./openapi.js";
import { type Field, fieldsOf, type SchemaObject } from "./schema-fields.js";

type Html = ReturnType<typeof html>;

const STYLE = `
body{font:16px/1.5 system-ui,sans-serif;margin:0 auto;max-width:64rem;padding:1rem 1.5rem 4rem;color:#1b1f24;background:#fff}
h1{margin-bottom:0}h2{border-bottom:1px solid #d5dae0;margin-top:3rem}h3{margin:2.5rem 0 .25rem;font-size:1.05rem}
code{font:.9em ui-monospace,monospace;background:#f1f3f5;border-radius:3px;padding:.1em .3em;overflow-wrap:anywhere}
.method{font-weight:700;margin-right:.5em}table{border-collapse:collapse;width:100%;margin:.5rem 0 1rem}
th,td{text-align:left;vertical-align:top;padding:.3rem .6rem .3rem 0;border-top:1px solid #e6e9ed;font-size:.92rem}
summary{cursor:pointer;padding:.25rem 0}nav li{margin:.15rem 0}
@media(prefers-color-scheme:dark){body{color:#e6e9ed;background:#15181c}code{background:#262b31}h2,th,td{border-color:#343a41}a{color:#8ab8ff}}
`;

/** Back-ticked words become code; everything is escaped. */
const prose = (text: string | undefined): Html =>
  html`${(text ?? "").split("`").map((part, i) => (i % 2 === 1 ? html`<code>${part}</code>` : part))}`;

const table = (fields: readonly Field[]): Html | string =>
  fields.length === 0
    ? ""
    : html`<table><thead><tr><th>name</th><th>type</th><th>meaning</th></tr></thead><tbody>${fields.map(
        (field) =>
          html`<tr><td><code>${field.name}</code></td><td>${field.type}${field.required ? "" : ", optional"}</td><td>${prose(field.description)}</td></tr>`,
      )}</tbody></table>`;

interface Content {
  readonly [mediaType: string]: { readonly schema?: SchemaObject };
}
interface Operation {
  readonly summary?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly security?: readonly unknown[];
  readonly "x-permission"?: string;
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required?: boolean;
    readonly description?: string;
    readonly schema?: SchemaObject;
  }[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: Content }>>;
}

const access = (operation: Operation) => {
  if (operation.security?.length === 0) return " Needs no key.";
  const permission = operation["x-permission"];
  return permission === undefined ? "" : html` Needs the permission <code>${permission}</code>.`;
};

/** The documentation as one page that asks for nothing else: no script, no font, no image. */
export function docsPage(document: OpenApiDocument): Html {
  const schemas = (document.components?.schemas ?? {}) as Record<string, SchemaObject>;
  const content = (of: Content | undefined) =>
    Object.entries(of ?? {}).map(
      ([mediaType, { schema }]) =>
        html`<p><code>${mediaType}</code></p>${table(schema ? fieldsOf(schema, schemas) : [])}`,
    );
  const operations = Object.entries(document.paths ?? {}).flatMap(([path, methods]) =>
    Object.entries(methods as Record<string, Operation>).map(([method, operation]) => ({
      path,
      method: method.toUpperCase(),
      id: `${method}${path.replace(/[^a-z0-9]+/gi, "-")}`,
      operation,
    })),
  );
  const section = (tag: string) =>
    operations
      .filter(({ operation }) => operation.tags?.includes(tag))
      .map(
        ({ path, method, id, operation }) => html`<section id="${id}">
<h3><span class="method">${method}</span><code>${path}</code></h3>
<p><strong>${operation.summary}.</strong> ${prose(operation.description)}${access(operation)}</p>
${table(
  (operation.parameters ?? []).map((parameter) => ({
    name: parameter.name,
    type: `${parameter.schema?.type ?? "string"} in ${parameter.in}`,
    required: parameter.required ?? false,
    description: parameter.description ?? parameter.schema?.description ?? "",
  })),
)}
${operation.requestBody ? html`<details><summary>Request body</summary>${content(operation.requestBody.content)}</details>` : ""}
${Object.entries(operation.responses).map(([status, response]) =>
  response.content
    ? html`<details><summary>${status}: ${prose(response.description)}</summary>${content(response.content)}</details>`
    : html`<p>${status}: ${prose(response.description)}</p>`,
)}
</section>`,
      );
  const tags = (document.tags ?? []).filter(({ name }) =>
    operations.some((o) => o.operation.tags?.includes(name)),
  );
  return html`<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${document.info.title} API</title><style>${raw(STYLE)}</style></head><body>
<h1>${document.info.title} API</h1><p>Version ${document.info.version}. The same for programs: <a href="/openapi.json">openapi.json</a>.</p>
${(document.info.description ?? "").split("\n\n").map((paragraph) => html`<p>${prose(paragraph)}</p>`)}
<nav><ul>${operations.map(({ id, method, path, operation }) => html`<li><a href="#${id}">${method} ${path}</a> ${operation.summary}</li>`)}</ul></nav>
${tags.map(({ name, description }) => html`<h2>${name}</h2><p>${prose(description)}</p>${section(name)}`)}
</body></html>`;
}
