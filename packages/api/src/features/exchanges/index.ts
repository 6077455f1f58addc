export { type EncodedExchanges, encodeExchanges } from "./exchange-columns.rules.js";
export { exchangesRoutes } from "./exchanges.routes.js";
export {
  insertEncodedExchanges,
  insertExchanges,
  type Owners,
  type PlacedExchange,
} from "./exchanges.store.js";
export { moveExchanges, spanOfExchanges } from "./moving.store.js";
export { EXCHANGE_DAYS, maintainExchanges } from "./retention.job.js";
