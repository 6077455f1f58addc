import { text, variable } from "@masthead/shared/config/definition";

/** What `masthead` reads of its environment; an option on the command line comes before each. */
export const cliVariables = {
  url: variable({
    name: "MASTHEAD_URL",
    description: "Where the API is.",
    unit: "URL",
    default: "http://127.0.0.1:8080",
    schema: text,
  }),
  apiKey: variable({
    name: "MASTHEAD_API_KEY",
    description: "The key to ask it with; absent: the one that `npm start` leaves in `MASTHEAD_HOME`.",
    secret: true,
    schema: text,
  }),
  home: variable({
    name: "MASTHEAD_HOME",
    description: "Where `npm start` keeps its state, `admin.key` included.",
    unit: "path",
    default: ".masthead",
    schema: text,
  }),
  fingerprintKey: variable({
    name: "MASTHEAD_FINGERPRINT_KEY",
    description:
      "File with the fleet's fingerprint key, for `masthead fingerprint`. Absent: `fingerprint.key` in `MASTHEAD_HOME`.",
    unit: "path",
    schema: text,
  }),
};
