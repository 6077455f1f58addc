/** The part of JSON Schema that the API's schemas use. */
export interface SchemaObject {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, SchemaObject>>;
  readonly required?: readonly string[];
  readonly items?: SchemaObject;
  readonly additionalProperties?: SchemaObject | boolean;
  readonly anyOf?: readonly SchemaObject[];
  readonly oneOf?: readonly SchemaObject[];
  readonly allOf?: readonly SchemaObject[];
}

/** One line of a table of fields. */
export interface Field {
  /** dotted path; `[]` stands for the items of a list, `*` for any name */
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
  readonly description: string;
}

const MAX_DEPTH = 8;

export const resolved = (
  schema: SchemaObject,
  schemas: Readonly<Record<string, SchemaObject>>,
): SchemaObject => {
  const name = schema.$ref?.split("/").at(-1);
  const target = name === undefined ? undefined : schemas[name];
  return target ? { ...target, ...(schema.description ? { description: schema.description } : {}) } : schema;
};

const typeOf = (schema: SchemaObject): string => {
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (Array.isArray(schema.type)) return schema.type.join(" | ");
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return [...new Set(choices.map(typeOf))].join(" | ");
  return typeof schema.type === "string" ? schema.type : "any";
};

/** All fields of a schema, depth first, with references followed. */
export function fieldsOf(
  schema: SchemaObject,
  schemas: Readonly<Record<string, SchemaObject>>,
  prefix = "",
  depth = 0,
): Field[] {
  const here = resolved(schema, schemas);
  if (depth > MAX_DEPTH) return [];
  const below = (name: string, field: SchemaObject, required: boolean): Field[] => {
    const target = resolved(field, schemas);
    const line = { name, type: typeOf(target), required, description: target.description ?? "" };
    return [line, ...fieldsOf(target, schemas, name, depth + 1)];
  };
  const parts = [...(here.anyOf ?? []), ...(here.oneOf ?? []), ...(here.allOf ?? [])];
  const dot = prefix === "" ? "" : `${prefix}.`;
  return [
    ...Object.entries(here.properties ?? {}).flatMap(([name, field]) =>
      below(`${dot}${name}`, field, here.required?.includes(name) ?? false),
    ),
    ...(here.items ? fieldsOf(here.items, schemas, `${prefix}[]`, depth + 1) : []),
    ...(typeof here.additionalProperties === "object"
      ? fieldsOf(here.additionalProperties, schemas, `${dot}*`, depth + 1)
      : []),
    ...parts.flatMap((part) => fieldsOf(part, schemas, prefix, depth + 1)),
  ];
}
