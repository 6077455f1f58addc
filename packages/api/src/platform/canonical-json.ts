export { canonicalJson } from "@masthead/shared/canonical-json";
