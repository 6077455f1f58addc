// Prints docs/exchange-words.md from the built words: node infra/docs-exchange-words.mjs > docs/exchange-words.md
const { exchangeWordsPage } = await import("./dist/exchange-words-page.js");
process.stdout.write(exchangeWordsPage());
