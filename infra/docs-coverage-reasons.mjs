// Prints docs/coverage-reasons.md from the built vocabulary: node infra/docs-coverage-reasons.mjs > docs/coverage-reasons.md
const { coverageReasonsPage } = await import("./dist/coverage-reasons-page.js");
process.stdout.write(coverageReasonsPage());
