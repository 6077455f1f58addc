// Makes infra/dist/bundles/: worker.js for Workers, lambda.mjs for Lambda. After `npm run build`.
import { join } from "node:path";

const { bundle } = await import("./dist/serverless/bundle.js");
const folder = join(import.meta.dirname, "dist", "bundles");
for (const [platform, file] of [
  ["worker", "worker.js"],
  ["lambda", "lambda.mjs"],
]) {
  const { bytes } = await bundle(platform, join(folder, file));
  console.log(`infra/dist/bundles/${file}: ${Math.ceil(bytes / 1024)} KiB`);
}
