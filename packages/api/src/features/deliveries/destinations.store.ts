import type { UnixMicros } from "@masthead/shared/time";
import type { TransactionSql } from "postgres";
import { textArray } from "../../platform/db/array-literal.js";

/** What differs between kinds of destinations, less what is secret. */
export type DestinationSettings =
  | { readonly kind: "webhook"; readonly url: string; readonly secretCount: number }
  | {
      readonly kind: "bucket";
      readonly endpoint: string;
      readonly region: string;
      readonly bucket: string;
      readonly prefix: string;
      readonly accessKeyId: string;
    }
  | { readonly kind: "folder"; readonly path: string };

export interface Destination {
  readonly id: string;
  readonly name: string;
  /** null: reports of all tenants */
  readonly onlyTenant: string | null;
  readonly forms: readonly string[];
  readonly periods: readonly string[];
  readonly statuses: readonly string[];
  readonly enabled: boolean;
  readonly settings: DestinationSettings;
  /** sealed; see platform/secrets */
  readonly secrets: Uint8Array | null;
  readonly revision: number;
  readonly createdAtUs: UnixMicros;
  readonly changedAtUs: UnixMicros;
}

const columns = (
  sql: TransactionSql,
) => sql`id, name, only_tenant as "onlyTenant", array_to_json(forms) as forms,
  array_to_json(periods) as periods, array_to_json(statuses) as statuses, enabled, settings, secrets, revision,
  created_at_us as "createdAtUs", changed_at_us as "changedAtUs"`;

/** As Postgres gives it: json comes as text. */
type Row = { [K in keyof Destination]: Destination[K] };
const readJson = <T>(value: T | string): T => (typeof value === "string" ? (JSON.parse(value) as T) : value);
const toDestination = (row: Row): Destination => ({
  ...row,
  forms: readJson(row.forms),
  periods: readJson(row.periods),
  statuses: readJson(row.statuses),
  settings: readJson(row.settings),
});

/** Destinations by id, from behind `after` on. */
export const listDestinations = async (
  sql: TransactionSql,
  { after = "", limit }: { after?: string | undefined; limit: number },
): Promise<Destination[]> => {
  const rows = await sql<Row[]>`
    select ${columns(sql)} from destinations where deleted_at_us is null and id > ${after} order by id limit ${limit}`;
  return rows.map(toDestination);
};

/** @param hold until the transaction ends */
export const findDestination = async (
  sql: TransactionSql,
  id: string,
  hold = false,
): Promise<Destination | undefined> => {
  const rows = await sql<Row[]>`
    select ${columns(sql)} from destinations where id = ${id} and deleted_at_us is null ${hold ? sql`for update` : sql``}`;
  return rows[0] && toDestination(rows[0]);
};

export const countDestinations = async (sql: TransactionSql): Promise<number> => {
  const rows = await sql<{ n: number }[]>`select count(*) as n from destinations where deleted_at_us is null`;
  return rows[0]?.n ?? 0;
};

/** Writes it whole; `createdAtUs` of one that is there stays. */
export const saveDestination = async (sql: TransactionSql, destination: Destination): Promise<void> => {
  const { id, name, onlyTenant, forms, periods, statuses, enabled, settings, secrets, revision } =
    destination;
  await sql`
    insert into destinations (id, name, kind, only_tenant, forms, periods, statuses, enabled, settings, secrets, revision,
      created_at_us, changed_at_us)
    values (${id}, ${name}, ${settings.kind}, ${onlyTenant}, ${textArray(forms)}::text[], ${textArray(periods)}::text[],
      ${textArray(statuses)}::text[], ${enabled}, ${JSON.stringify(settings)}, ${secrets && Buffer.from(secrets)},
      ${revision}, ${destination.createdAtUs}, ${destination.changedAtUs})
    on conflict (id) do update set name = excluded.name, kind = excluded.kind, only_tenant = excluded.only_tenant,
      forms = excluded.forms, periods = excluded.periods, statuses = excluded.statuses, enabled = excluded.enabled,
      settings = excluded.settings, secrets = excluded.secrets, revision = excluded.revision,
      changed_at_us = excluded.changed_at_us`;
};

/** Leaves its name and what was sent there; nothing that is secret, and nothing to be sent. */
export const removeDestination = async (
  sql: TransactionSql,
  id: string,
  nowUs: UnixMicros,
): Promise<void> => {
  await sql`update destinations set deleted_at_us = ${nowUs}, secrets = null, enabled = false where id = ${id}`;
  await sql`update deliveries set state = 'cancelled', settled_at_us = ${nowUs}
    where destination_id = ${id} and state = 'pending'`;
};
