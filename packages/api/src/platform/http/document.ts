import { parseDocument } from "yaml";
import type { AppContext } from "./context.js";
import { ApiError } from "./problem.js";

const JSON_TYPE = "application/json";
const YAML_TYPES = ["application/yaml", "application/x-yaml", "text/yaml"];

const unreadable = (detail: string) => new ApiError("unreadable_document", detail);

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw unreadable(`not JSON: ${(error as Error).message}`);
  }
};

const parseYaml = (text: string): unknown => {
  try {
    const document = parseDocument(text, { uniqueKeys: true, prettyErrors: true });
    const [error] = document.errors;
    if (error?.code === "MULTIPLE_DOCS") throw unreadable("more than one YAML document: send one");
    if (error) throw unreadable(`not YAML: ${error.message.split("\n")[0]}`);
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    // deep nesting and too many aliases end as errors of the parser or of the stack
    throw error instanceof ApiError ? error : unreadable(`not YAML: ${(error as Error).message}`);
  }
};

const refuseType = (type: string, known: string): ApiError =>
  new ApiError("unsupported_media_type", `${type} is not read here: send ${known}`, {
    headers: { accept: known },
  });

/** For a body that may be absent: one that is there has to be JSON. @throws ApiError `unsupported_media_type` */
export function checkJsonOrNothing(c: AppContext): void {
  const type = c.req.header("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (type !== undefined && type !== JSON_TYPE) throw refuseType(type, JSON_TYPE);
}

/**
 * Reads the request's body as JSON or YAML by its content type; absent, it is taken for JSON. The body limit is held before.
 *
 * @throws ApiError `unsupported_media_type` or `unreadable_document`
 */
export async function readDocument(c: AppContext): Promise<unknown> {
  const type = (c.req.header("content-type") ?? JSON_TYPE).split(";")[0]?.trim().toLowerCase() ?? "";
  const isYaml = YAML_TYPES.includes(type);
  if (!isYaml && type !== JSON_TYPE) {
    throw refuseType(type, [JSON_TYPE, YAML_TYPES[0]].join(", "));
  }
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(await c.req.arrayBuffer());
  } catch (error) {
    if (error instanceof TypeError) throw unreadable("not UTF-8");
    throw error;
  }
  return isYaml ? parseYaml(text) : parseJson(text);
}
