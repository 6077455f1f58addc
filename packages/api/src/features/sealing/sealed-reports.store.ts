import type { UnixMicros } from "@masthead/shared/time";
import type { TransactionSql } from "postgres";

/** What a sealed report is called by. */
export interface ReportKey {
  readonly tenantId: string;
  /** `YYYY-MM-DD` or `YYYY-MM` */
  readonly period: string;
  /** from 1 on; above that a restatement */
  readonly version: number;
}

/** A sealed report as it is held. */
export interface SealedReport extends ReportKey {
  /** canonical JSON in UTF-8 */
  readonly document: Uint8Array;
  /** of the document */
  readonly sha256: Uint8Array;
  readonly sealedAtUs: UnixMicros;
}

/** Promise closed-is-closed: rows are only added. */
export const insertSealedReport = async (sql: TransactionSql, report: SealedReport): Promise<void> => {
  await sql`
    insert into sealed_reports (tenant_id, period, version, document, sha256, sealed_at_us)
    values (${report.tenantId}, ${report.period}, ${report.version}, ${Buffer.from(report.document)},
      ${Buffer.from(report.sha256)}, ${report.sealedAtUs})`;
};

/** One version. @param version absent: the newest */
export const findSealedReport = async (
  sql: TransactionSql,
  { tenantId, period, version }: Omit<ReportKey, "version"> & { version?: number | undefined },
): Promise<SealedReport | undefined> => {
  const rows = await sql<SealedReport[]>`
    select tenant_id as "tenantId", period, version, document, sha256, sealed_at_us as "sealedAtUs"
    from sealed_reports where tenant_id = ${tenantId} and period = ${period}
      ${version === undefined ? sql`` : sql`and version = ${version}`}
    order by version desc limit 1`;
  return rows[0];
};

/** Where a list goes on: behind this period and version. */
export type ListedAfter = Pick<ReportKey, "period" | "version">;

/** A tenant's sealed reports without their documents, newest periods and versions first. */
export const listSealedReports = async (
  sql: TransactionSql,
  tenantId: string,
  { after, limit }: { after?: ListedAfter | undefined; limit: number },
): Promise<Omit<SealedReport, "document">[]> =>
  sql<Omit<SealedReport, "document">[]>`
    select tenant_id as "tenantId", period, version, sha256, sealed_at_us as "sealedAtUs"
    from sealed_reports where tenant_id = ${tenantId}
      ${after === undefined ? sql`` : sql`and (period, version) < (${after.period}, ${after.version}::int)`}
    order by period desc, version desc limit ${limit}`;
