// Prints docs/configuration.md from the built definitions: node infra/docs-configuration.mjs > docs/configuration.md
const { configurationPage } = await import("./dist/configuration-page.js");
process.stdout.write(configurationPage());
