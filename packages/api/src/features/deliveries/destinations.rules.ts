import { toRfc3339 } from "@masthead/shared/time";
import { ApiError } from "../../platform/http/problem.js";
import { urlFault } from "../../platform/outbound/allowed-hosts.js";
import type { DestinationLimits } from "./deliveries.ports.js";
import type { DestinationDocument, DestinationResource } from "./destinations.schema.js";
import type { Destination, DestinationSettings } from "./destinations.store.js";

const invalid = (pointer: string, message: string) =>
  new ApiError("invalid_document", `${pointer}: ${message}`, { errors: [{ pointer, message }] });

/** @throws ApiError `invalid_document` for a URL that may not be sent to, `not_configured` for what this server is not set up for */
export const checkDestination = (
  document: DestinationDocument,
  { allowed, folders, secrets }: DestinationLimits,
): void => {
  if (document.kind === "folder") {
    if (!folders)
      throw new ApiError(
        "not_configured",
        "set MASTHEAD_DELIVERY_FOLDER, and run the resident server, to have folders",
      );
    return;
  }
  if (secrets === null)
    throw new ApiError("not_configured", "set MASTHEAD_SECRETS_KEY_TEXT to have destinations with secrets");
  const [pointer, text] =
    document.kind === "webhook" ? ["/url", document.url] : ["/endpoint", document.endpoint];
  const url = new URL(text);
  const fault = urlFault(url, allowed);
  if (fault !== null) throw invalid(pointer, fault);
  if (document.kind === "bucket" && url.search !== "")
    throw invalid(pointer, "has a query: the bucket and the object's key come behind it");
};

/** What the document keeps secret; null: it says nothing of it. */
const newSecrets = (document: DestinationDocument): readonly string[] | null => {
  if (document.kind === "webhook") return document.secrets ?? null;
  if (document.kind === "bucket")
    return document.secretAccessKey === undefined ? null : [document.secretAccessKey];
  return [];
};

/**
 * The secrets of the destination from now on.
 * @param held of the same kind before; undefined: none
 * @returns null: as they are
 * @throws ApiError `invalid_document` where there are none
 */
export const secretsAfter = (
  document: DestinationDocument,
  held: Destination | undefined,
): readonly string[] | null => {
  const said = newSecrets(document);
  if (said !== null) return said;
  if (held?.secrets && held.settings.kind === document.kind) return null;
  if (document.kind === "webhook")
    throw invalid(
      "/secrets",
      "one or two keys that sign, such as whsec_ with what `openssl rand -base64 32` prints behind it",
    );
  throw invalid("/secretAccessKey", "the secret that goes with the access key");
};

/** @param secretCount keys that sign */
export const settingsOf = (document: DestinationDocument, secretCount: number): DestinationSettings => {
  switch (document.kind) {
    case "webhook":
      return { kind: "webhook", url: document.url, secretCount };
    case "bucket": {
      const { kind, endpoint, region, bucket, prefix, accessKeyId } = document;
      return { kind, endpoint, region, bucket, prefix, accessKeyId };
    }
    case "folder":
      return { kind: "folder", path: document.path };
  }
};

export const toDestinationResource = (destination: Destination): DestinationResource => ({
  id: destination.id,
  revision: destination.revision,
  createdAt: toRfc3339(destination.createdAtUs),
  changedAt: toRfc3339(destination.changedAtUs),
  name: destination.name,
  tenantId: destination.onlyTenant,
  forms: destination.forms as DestinationResource["forms"],
  periods: destination.periods as DestinationResource["periods"],
  statuses: destination.statuses as DestinationResource["statuses"],
  enabled: destination.enabled,
  ...destination.settings,
});
