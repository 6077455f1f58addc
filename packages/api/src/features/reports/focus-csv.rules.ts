import type { ReportRow, TenantReport } from "@masthead/shared/http/report-schema";
import { type CsvValue, csvLines } from "../../platform/http/csv.js";

/** Version of the FinOps Open Cost and Usage Specification whose columns these are. */
export const FOCUS_VERSION = "1.2";

/** ISO 4217: no currency is involved. */
const NO_CURRENCY = "XXX";
const PROVIDER = "Masthead";

/** What is metered: an amount, and its unit as FOCUS writes units. */
interface Meter {
  readonly name: string;
  readonly unit: string;
  readonly amountOf: (row: ReportRow) => number;
}

const METERS: readonly Meter[] = [
  { name: "requests", unit: "Requests", amountOf: (row) => row.requests },
  { name: "request-bytes", unit: "B", amountOf: (row) => row.requestBytes },
  { name: "response-bytes", unit: "B", amountOf: (row) => row.responseBytes },
];

/** Of a header, only its numbers are known, not what they count. */
const meterOf = (measure: string): Meter => ({
  name: measure,
  unit: "Units",
  amountOf: (row) => row.measures[measure] ?? 0,
});

/** FOCUS writes times to the second. */
const toSecond = (rfc3339: string): string => `${rfc3339.slice(0, 19)}Z`;

type Column = readonly [name: string, cellOf: (charge: Charge) => CsvValue];
interface Charge {
  readonly report: TenantReport;
  readonly billingPeriod: TenantReport["range"];
  readonly row: ReportRow;
  readonly meter: Meter;
}

const always = (value: CsvValue) => () => value;
const service = ({ row }: Charge) => row.key ?? "unknown";

/**
 * Mandatory columns of the specification, and of the others those that usage has. There are no prices: costs are 0, and what
 * names a price is null (`PricingCategory`, `SkuPriceId`, unit prices).
 */
const COLUMNS: readonly Column[] = [
  ["BilledCost", always(0)],
  ["BillingAccountId", always("masthead")],
  ["BillingAccountName", always(PROVIDER)],
  ["BillingAccountType", always("Fleet")],
  ["BillingCurrency", always(NO_CURRENCY)],
  ["BillingPeriodEnd", ({ billingPeriod }) => toSecond(billingPeriod.to)],
  ["BillingPeriodStart", ({ billingPeriod }) => toSecond(billingPeriod.from)],
  ["ChargeCategory", always("Usage")],
  ["ChargeClass", always(null)],
  ["ChargeDescription", (charge) => `${charge.meter.name} of ${service(charge)} in ${charge.report.period}`],
  ["ChargeFrequency", always("Usage-Based")],
  ["ChargePeriodEnd", ({ report }) => toSecond(report.range.to)],
  ["ChargePeriodStart", ({ report }) => toSecond(report.range.from)],
  ["ConsumedQuantity", ({ row, meter }) => meter.amountOf(row)],
  ["ConsumedUnit", ({ meter }) => meter.unit],
  ["ContractedCost", always(0)],
  ["ContractedUnitPrice", always(null)],
  ["EffectiveCost", always(0)],
  ["InvoiceIssuerName", always(PROVIDER)],
  ["ListCost", always(0)],
  ["ListUnitPrice", always(null)],
  ["PricingCategory", always(null)],
  ["PricingQuantity", ({ row, meter }) => meter.amountOf(row)],
  ["PricingUnit", ({ meter }) => meter.unit],
  ["ProviderName", always(PROVIDER)],
  ["PublisherName", always(PROVIDER)],
  ["ResourceId", service],
  ["ResourceName", service],
  ["ResourceType", always("Service")],
  ["ServiceCategory", always("Integration")],
  ["ServiceName", service],
  ["ServiceSubcategory", always("API Management")],
  ["SkuId", ({ meter }) => meter.name],
  ["SkuMeter", ({ meter }) => meter.name],
  ["SkuPriceId", always(null)],
  ["SubAccountId", ({ report }) => report.tenant.id],
  ["SubAccountName", ({ report }) => report.tenant.name],
  ["SubAccountType", always("Tenant")],
  [
    "Tags",
    ({ report }) =>
      JSON.stringify({ "masthead/period": report.period, "masthead/timeZone": report.timeZone }),
  ],
];

/**
 * Usage charges of a report in FOCUS columns: a row for each service and each of requests, bytes and measures. Quantities of a meter
 * add up to the report's totals.
 * @param billingPeriod the month that the report's period lies in
 */
export const focusCsv = (report: TenantReport, billingPeriod: TenantReport["range"]): string => {
  const meters = [...METERS, ...Object.keys(report.measures).sort().map(meterOf)];
  const charges = report.breakdowns.service.flatMap((row) =>
    meters.map((meter): Charge => ({ report, billingPeriod, row, meter })),
  );
  return csvLines([
    COLUMNS.map(([name]) => name),
    ...charges.map((charge) => COLUMNS.map(([, cellOf]) => cellOf(charge))),
  ]);
};
