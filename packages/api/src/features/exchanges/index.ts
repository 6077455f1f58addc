export { exchangesRoutes } from "./exchanges.routes.js";
export { insertExchanges, type PlacedExchange } from "./exchanges.store.js";
export { EXCHANGE_DAYS, maintainExchanges } from "./retention.job.js";
