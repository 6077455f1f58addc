// Prints docs/losses.md from the built glossary: node infra/docs-losses.mjs > docs/losses.md
const { lossesPage } = await import("./dist/losses-page.js");
process.stdout.write(lossesPage());
