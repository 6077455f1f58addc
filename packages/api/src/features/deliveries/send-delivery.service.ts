import { createHash } from "node:crypto";
import { AwsV4Signer } from "aws4fetch";
import { Webhook } from "standardwebhooks";
import { type OutboundAnswer, OutboundError } from "../../platform/outbound/outbound.js";
import type { ReportForm } from "../reports/index.js";
import { renderSealed, type SealedReport } from "../sealing/index.js";
import type { DeliveryOutlets } from "./deliveries.ports.js";
import type { Delivery } from "./deliveries.store.js";
import type { Destination, DestinationSettings } from "./destinations.store.js";
import { eventBody } from "./event-body.rules.js";
import { reportPath } from "./file-path.rules.js";

type Settings<K extends DestinationSettings["kind"]> = Extract<DestinationSettings, { kind: K }>;

/** What one attempt came to. */
export interface AttemptResult {
  readonly outcome: "delivered" | "failed";
  /** of the answer, where there was one */
  readonly status: number | null;
  /** for people; holds no secret */
  readonly error: string | null;
  /** no further attempt is of use */
  readonly final: boolean;
  /** that the receiver asks for, as it came */
  readonly retryAfter: string | null;
}

export interface Sending {
  readonly delivery: Delivery;
  readonly destination: Destination;
  readonly sealed: SealedReport;
  readonly nowUs: number;
}

/** Bodies beyond this are not sent. */
const BODY_MAX_BYTES = 16 * 1024 * 1024;

/** An attempt that came to nothing, and why. @param final no further attempt is of use */
export const failed = (error: string, status: number | null = null, final = false): AttemptResult => ({
  outcome: "failed",
  status,
  error,
  final,
  retryAfter: null,
});
const DELIVERED: AttemptResult = {
  outcome: "delivered",
  status: null,
  error: null,
  final: true,
  retryAfter: null,
};

/** Makes one attempt. What goes wrong is a result, not thrown. */
export const sendDelivery = async (outlets: DeliveryOutlets, sending: Sending): Promise<AttemptResult> => {
  const { settings } = sending.destination;
  try {
    switch (settings.kind) {
      case "webhook":
        return await sendWebhook(outlets, sending, settings);
      case "bucket":
        return await putObject(outlets, sending, settings);
      case "folder":
        return await writeReport(outlets, sending, settings);
    }
  } catch (error) {
    return failed(error instanceof OutboundError ? error.message : "the attempt failed");
  }
};

const rendered = ({ sealed, delivery }: Sending) => renderSealed(sealed, delivery.form as ReportForm);

const secretsOf = async (
  { secrets }: DeliveryOutlets,
  { id, secrets: sealed }: Destination,
): Promise<string[]> => {
  if (secrets === null) throw new OutboundError("no key is configured that opens the destination's secrets");
  if (sealed === null) throw new OutboundError("the destination has no secret");
  const text = await secrets.open(id, sealed).catch(() => {
    throw new OutboundError("the destination's secrets were sealed by another key: put them again");
  });
  return JSON.parse(text) as string[];
};

const answered = ({ status, retryAfter }: OutboundAnswer): AttemptResult => {
  if (status >= 200 && status < 300) return { ...DELIVERED, status };
  if (status >= 300 && status < 400) return failed("redirects are not followed", status);
  if (status === 410) return failed("the receiver says that it is gone", status, true);
  return { ...failed(`the receiver answered ${status}`, status), retryAfter };
};

const sendWebhook = async (
  outlets: DeliveryOutlets,
  sending: Sending,
  settings: Settings<"webhook">,
): Promise<AttemptResult> => {
  const { delivery, destination, sealed, nowUs } = sending;
  const body = eventBody(sealed, delivery.form as ReportForm, await rendered(sending));
  if (body.length > BODY_MAX_BYTES)
    return failed(`the report is larger than ${BODY_MAX_BYTES} bytes`, null, true);
  const at = new Date(Math.floor(nowUs / 1e6) * 1_000);
  const text = new TextDecoder().decode(body);
  const keys = await secretsOf(outlets, destination);
  const answer = await outlets.send({
    method: "POST",
    url: new URL(settings.url),
    headers: {
      "content-type": "application/json",
      "user-agent": "masthead",
      "webhook-id": delivery.id,
      "webhook-timestamp": String(at.getTime() / 1_000),
      "webhook-signature": keys.map((key) => new Webhook(key).sign(delivery.id, at, text)).join(" "),
    },
    body,
  });
  return answered(answer);
};

const putObject = async (
  outlets: DeliveryOutlets,
  sending: Sending,
  settings: Settings<"bucket">,
): Promise<AttemptResult> => {
  const { destination, sealed, delivery, nowUs } = sending;
  const { body, contentType, extension } = await rendered(sending);
  const [secretAccessKey = ""] = await secretsOf(outlets, destination);
  const key = `${settings.prefix}${reportPath(sealed, extension).join("/")}`;
  const base = settings.endpoint.replace(/\/+$/, "");
  const signed = await new AwsV4Signer({
    method: "PUT",
    url: `${base}/${settings.bucket}/${key}`,
    service: "s3",
    region: settings.region,
    accessKeyId: settings.accessKeyId,
    secretAccessKey,
    datetime: new Date(nowUs / 1_000).toISOString().replace(/[:-]|\.\d{3}/g, ""),
    headers: {
      "content-type": contentType,
      "x-amz-content-sha256": createHash("sha256").update(body).digest("hex"),
      "x-amz-meta-delivery-id": delivery.id,
      "x-amz-meta-report-sha256": Buffer.from(sealed.sha256).toString("hex"),
    },
  }).sign();
  const answer = await outlets.send({
    method: "PUT",
    url: signed.url,
    headers: Object.fromEntries(signed.headers),
    body,
  });
  return answered(answer);
};

const writeReport = async (
  { writeFile }: DeliveryOutlets,
  sending: Sending,
  { path }: Settings<"folder">,
): Promise<AttemptResult> => {
  if (writeFile === null) return failed("this process writes to no folder");
  const { body, extension } = await rendered(sending);
  const folders = path === "" ? [] : path.split("/");
  try {
    await writeFile([...folders, ...reportPath(sending.sealed, extension)], body);
    return DELIVERED;
  } catch (error) {
    const { code } = error as { code?: string };
    return failed(`the file could not be written${code ? `: ${code}` : ""}`);
  }
};
