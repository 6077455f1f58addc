export { type EncodedExchanges, encodeExchanges } from "./exchange-columns.rules.js";
export { exchangesRoutes } from "./exchanges.routes.js";
export { insertEncodedExchanges, insertExchanges, type PlacedExchange } from "./exchanges.store.js";
export { EXCHANGE_DAYS, maintainExchanges } from "./retention.job.js";
