export type { AuditEntry, AuditHead } from "@masthead/shared/audit/entry";
export type { AgentResource } from "@masthead/shared/http/agent-resource";
export type { DeliveryDetail, DeliveryResource } from "@masthead/shared/http/delivery-resource";
export type { DestinationInput, DestinationResource } from "@masthead/shared/http/destination-resource";
export type { ExchangeItem } from "@masthead/shared/http/exchange-item";
export type { KeyResource, KeyWithSecret } from "@masthead/shared/http/key-resource";
export type { Page } from "@masthead/shared/http/page";
export type { PolicyResource, SavedPolicy } from "@masthead/shared/http/policy-resource";
export { PROBLEMS, type ProblemCode, type ProblemItem } from "@masthead/shared/http/problem";
export { REPORT_FORMS, type ReportAnswer, type ReportForm } from "@masthead/shared/http/report-schema";
export type {
  ReportLink,
  ReportLinkOrder,
  SealedReportItem,
} from "@masthead/shared/http/sealed-report-schema";
export type { UsageFilter, UsageQueryInput } from "@masthead/shared/http/usage-query-schema";
export type { UsageMeta, UsagePage, UsageRow } from "@masthead/shared/http/usage-schema";
export type { CallOptions } from "./ask.js";
export { type ClientOptions, createClient, type MastheadClient } from "./client.js";
export { ConnectionError, type ConnectionReason, ProblemError, RequestError } from "./errors.js";
export type { Listing, PageQuery } from "./pages.js";
export type { ChangeOptions } from "./precondition.js";
export type { AgentsClient } from "./resources/agents.js";
export type { AuditClient, AuditQuery } from "./resources/audit.js";
export type { DeliveriesClient, DeliveriesQuery, DestinationsClient } from "./resources/deliveries.js";
export type { ExchangesClient, ExchangesQuery } from "./resources/exchanges.js";
export type { KeysClient, NewKey } from "./resources/keys.js";
export type { PoliciesClient, PolicyDocument } from "./resources/policies.js";
export type {
  Report,
  ReportQuery,
  ReportsClient,
} from "./resources/reports.js";
export type { TenantsClient } from "./resources/tenants.js";
export type { UsageClient } from "./resources/usage.js";
export { ROUTES } from "./routes.js";
export type { Fetch } from "./transport.js";
