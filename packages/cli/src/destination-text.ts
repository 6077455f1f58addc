import type { DestinationResource } from "@masthead/client";
import { factsText } from "./facts.js";
import type { Column } from "./table.js";

const whereText = (destination: DestinationResource): string => {
  switch (destination.kind) {
    case "webhook":
      return destination.url;
    case "bucket":
      return `${destination.bucket}/${destination.prefix} at ${destination.endpoint}`;
    case "folder":
      return destination.path || ".";
  }
};

const tenantText = ({ tenantId }: DestinationResource): string => tenantId ?? "(all)";

export const DESTINATION_COLUMNS: readonly Column<DestinationResource>[] = [
  { title: "ID", cell: ({ id }) => id },
  { title: "NAME", cell: ({ name }) => name },
  { title: "KIND", cell: ({ kind }) => kind, spare: 2 },
  { title: "WHERE", cell: whereText },
  { title: "TENANT", cell: tenantText },
  { title: "FORMS", cell: ({ forms }) => forms.join(" ") },
  { title: "PERIODS", cell: ({ periods }) => periods.join(" "), spare: 3 },
  { title: "STATUSES", cell: ({ statuses }) => statuses.join(" "), spare: 4 },
  {
    title: "ENABLED",
    cell: ({ enabled }) => (enabled ? "yes" : "no"),
    style: ({ enabled }) => (enabled ? undefined : "yellow"),
  },
];

const placeFacts = (destination: DestinationResource): [string, string][] => {
  switch (destination.kind) {
    case "webhook":
      return [
        ["url", destination.url],
        ["keys that sign", `${destination.secretCount}, not shown`],
      ];
    case "bucket":
      return [
        ["endpoint", destination.endpoint],
        ["region", destination.region],
        ["bucket", destination.bucket],
        ["prefix", destination.prefix || "none"],
        ["access key", `${destination.accessKeyId}, its secret is not shown`],
      ];
    case "folder":
      return [["folder", destination.path || "MASTHEAD_DELIVERY_FOLDER itself"]];
  }
};

/** A destination for people. */
export const destinationText = (destination: DestinationResource): string =>
  factsText([
    ["id", destination.id],
    ["name", destination.name],
    ["kind", destination.kind],
    ...placeFacts(destination),
    ["tenant", tenantText(destination)],
    ["forms", destination.forms.join(" ")],
    ["periods", destination.periods.join(" ")],
    ["statuses", destination.statuses.join(" ")],
    ["enabled", destination.enabled ? "yes" : "no: nothing new is sent there"],
    ["revision", String(destination.revision)],
    ["created", destination.createdAt],
    ["changed", destination.changedAt],
  ]);
