/**
 * The layering of the product (docs/architecture.md) as import rules. test/architecture plants a violation of each and
 * checks that it is found.
 */
const testFiles = "[.]test[.]ts$";
/** A package in a resolved path: pnpm keeps each in a node_modules folder of its own. */
const library = (...names) => `(^|/)node_modules/(${names.join("|")})/`;
/** Roles that may hold SQL: tables, stores, read models; and platform/db. */
const holdsSql = "(^packages/api/src/platform/db/)|([.](table|tables|store|read-model)[.]ts$)";
/** What runs everywhere, with all that it reaches. */
const portable = [
  "^packages/api/src/(app|drain|maintain|report-duties)[.]ts$",
  "^infra/src/serverless/(worker|lambda)[.]ts$",
];
/** What Workers have no like of, `nodejs_compat` or not, and what reads the machine it runs on. */
const notPortable = [
  "child_process",
  "cluster",
  "dgram",
  "fs",
  "http",
  "http2",
  "https",
  "inspector",
  "module",
  "os",
  "readline",
  "repl",
  "tty",
  "v8",
  "vm",
  "worker_threads",
].join("|");

module.exports = {
  forbidden: [
    {
      name: "shared-imports-zod-only",
      comment: "The contract is data and its checks: it runs everywhere.",
      severity: "error",
      from: { path: "^packages/shared/src/", pathNot: testFiles },
      to: { pathNot: ["^packages/shared/src/", library("zod")] },
    },
    {
      name: "client-runs-anywhere",
      comment: "The client is the contract and the fetch of whatever it runs in.",
      severity: "error",
      from: { path: "^packages/client/src/", pathNot: testFiles },
      to: { pathNot: ["^packages/(client|shared)/src/", library("zod")] },
    },
    {
      name: "agent-and-api-meet-in-shared",
      comment: "Neither side of the wire knows the other; what both know is in packages/shared.",
      severity: "error",
      from: { path: "^packages/(agent|api|cli)/" },
      to: { path: "^packages/(agent|api|cli)/", pathNot: "^packages/$1/" },
    },
    {
      name: "client-is-for-the-command-line",
      comment: "The client asks the API over HTTP: neither the API nor an agent asks it.",
      severity: "error",
      from: { path: "^packages/(shared|agent|api)/", pathNot: testFiles },
      to: { path: "^packages/client/" },
    },
    {
      name: "product-knows-no-infra",
      comment: "infra/ starts the product, the product does not know who starts it.",
      severity: "error",
      from: { path: "^packages/" },
      to: { path: "^(infra|test)/" },
    },
    {
      name: "features-through-their-index",
      comment: "A feature is used through its index.ts.",
      severity: "error",
      from: { path: "^packages/api/src/features/([^/]+)/" },
      to: {
        path: "^packages/api/src/features/[^/]+/.+",
        pathNot: ["^packages/api/src/features/$1/", "/index[.]ts$"],
      },
    },
    {
      name: "features-from-outside-through-their-index",
      comment: "A feature is used through its index.ts, by the app, the drain and infra, too.",
      severity: "error",
      from: { path: "^(packages|infra)/", pathNot: ["^packages/api/src/features/", testFiles] },
      to: { path: "^packages/api/src/features/[^/]+/.+", pathNot: "/index[.]ts$" },
    },
    {
      name: "platform-knows-no-features",
      comment: "platform/ is without business words: it imports neither features nor what assembles them.",
      severity: "error",
      from: { path: "^packages/api/src/platform/", pathNot: testFiles },
      to: { path: "^packages/api/src/(features/|(app|drain|main|maintain|server)[.]ts$)" },
    },
    {
      name: "sql-where-it-belongs",
      comment: "SQL lives in tables, stores, read models and platform/db.",
      severity: "error",
      from: { path: "^packages/", pathNot: [holdsSql, testFiles] },
      to: { path: library("drizzle-orm", "postgres") },
    },
    {
      name: "nats-behind-one-place",
      comment: "The NATS client is used in one place a side, so that moving to its successor is one change.",
      severity: "error",
      from: {
        path: "^packages/",
        pathNot: [
          "^packages/api/src/platform/nats/",
          "^packages/agent/src/[a-z]+/nats-connection[.]ts$",
          testFiles,
        ],
      },
      to: { path: library("nats", "@nats-io/(jwt|nkeys|nats-core|transport-node|jetstream|kv)") },
    },
    {
      name: "app-and-drain-are-portable",
      comment: "createApp, drain and maintain run in Workers and Lambda as they do in Node.",
      severity: "error",
      from: { path: portable },
      to: { path: `^(node:)?(${notPortable})(/|$)`, reachable: true },
    },
    {
      name: "no-node-server-in-the-app",
      comment: "createApp and drain know no resident process: neither its HTTP server nor its log writer.",
      severity: "error",
      from: { path: portable },
      to: { path: library("@hono/node-server", "pino"), reachable: true },
    },
    {
      name: "no-circle",
      comment: "Two files that need each other to run are one, or three. Types may know each other.",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "only-declared-packages",
      comment: "What a package imports stands in its package.json.",
      severity: "error",
      from: { path: "^(packages|infra)/", pathNot: testFiles },
      to: { dependencyTypes: ["npm-no-pkg", "npm-unknown"] },
    },
    {
      name: "every-import-is-found",
      comment: "A rule says nothing about an import that could not be followed.",
      severity: "error",
      from: {},
      to: { couldNotResolve: true, pathNot: "[.]node$" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "/(dist|build)/" },
    combinedDependencies: false,
    moduleSystems: ["es6", "cjs"],
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.base.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["source", "import", "node", "default"],
      extensions: [".ts", ".mts", ".js", ".mjs", ".cjs", ".json", ".node"],
    },
  },
};
