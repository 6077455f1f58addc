import { once } from "node:events";
import postgres, { type Sql } from "postgres";
import type { RawExchange } from "./exchanges.js";
import type { Population } from "./population.js";

/** Rows that are held before they are written. */
const ROWS_AT_ONCE = 20_000;
export const RAW_TABLE = "truth.raw_exchanges";

/** Every exchange of a data set, sampled or not, in a plain table that the product knows nothing of. */
export class RawTable {
  #lines: string[] = [];
  rows = 0;

  private constructor(
    private readonly sql: Sql,
    private readonly population: Population,
  ) {}

  /** Makes it, empty. @param ownerUrl of a role that may make a schema */
  static async make(ownerUrl: string, population: Population): Promise<RawTable> {
    const sql = postgres(ownerUrl, { max: 1, onnotice: () => {} });
    await sql`drop schema if exists truth cascade`;
    await sql`create schema truth`;
    await sql`create unlogged table truth.raw_exchanges (
      tenant_id text not null, ended_at timestamptz not null, duration_us bigint not null, role text not null,
      agent_id text not null, host_name text not null, service_name text not null, policy_name text not null,
      report boolean not null, template text not null, method text not null, status smallint, has_model boolean not null,
      model text, consumer text, request_bytes bigint not null, response_bytes bigint not null, prompt_tokens bigint,
      completion_tokens bigint, kept boolean not null)`;
    return new RawTable(sql, population);
  }

  async add(exchanges: readonly RawExchange[]): Promise<void> {
    for (const exchange of exchanges) this.#lines.push(lineOf(this.population, exchange));
    if (this.#lines.length >= ROWS_AT_ONCE) await this.#write();
  }

  /** Writes what is left, makes the indexes that exchanges have, too, and closes. */
  async finish(): Promise<void> {
    await this.#write();
    await this.sql`create index on truth.raw_exchanges (tenant_id, ended_at)`;
    await this.sql`create index on truth.raw_exchanges (ended_at)`;
    await this.sql`vacuum analyze truth.raw_exchanges`;
    await this.close();
  }

  close(): Promise<void> {
    return this.sql.end();
  }

  async #write(): Promise<void> {
    const lines = this.#lines;
    this.#lines = [];
    if (lines.length === 0) return;
    const writable = await this.sql`copy truth.raw_exchanges from stdin`.writable();
    writable.end(lines.join(""));
    await once(writable, "finish");
    this.rows += lines.length;
  }
}

const text = (value: string): string =>
  value.replaceAll("\\", "\\\\").replaceAll("\t", "\\t").replaceAll("\n", "\\n");
const nullable = (value: string | number | null | undefined): string =>
  value === null || value === undefined ? "\\N" : text(String(value));
const instant = (timeUs: number): string =>
  `${new Date(Math.floor(timeUs / 1000)).toISOString().slice(0, -1)}${String(timeUs % 1000).padStart(3, "0")}Z`;

const lineOf = ({ policies }: Population, one: RawExchange): string => {
  const policy = policies[one.policy];
  return `${[
    text(one.tenant.id),
    instant(one.timeUs),
    one.durationUs,
    one.agent.role,
    one.agent.id,
    one.agent.host,
    text(one.service.name),
    policy?.name,
    policy?.report,
    one.template,
    one.method,
    nullable(one.status),
    one.model !== undefined,
    nullable(one.model),
    nullable(one.consumer),
    one.requestBytes,
    one.responseBytes,
    nullable(one.promptTokens),
    nullable(one.completionTokens),
    one.kept,
  ].join("\t")}\n`;
};
