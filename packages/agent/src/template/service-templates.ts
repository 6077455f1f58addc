import { OTHER_SERIES } from "@masthead/shared/ids";
import { PathTemplates } from "./path-templates.js";

/** Services that have templates of their own; what comes after shares one set. */
const SERVICES_MAX = 256;
/** Paths whose template is remembered, over all services. */
const CACHED_PATHS_MAX = 8_192;
/** Longer paths are inferred each time, so that the cache's memory is bounded. */
const CACHED_PATH_MAX_CHARACTERS = 512;

/**
 * Templates of every service of a host. The cache only saves time: {@link PathTemplates} answers the same path the same way
 * for as long as it lives, so what falls out of the cache comes back as it was.
 */
export class ServiceTemplates {
  readonly #services = new Map<string, PathTemplates>();
  readonly #shared = new PathTemplates();
  #young = new Map<string, string>();
  #old = new Map<string, string>();

  constructor(private readonly maxCachedPaths = CACHED_PATHS_MAX) {}

  /**
   * `url.template` of a path (as sent, without query) of a service. Bounded memory; never throws.
   */
  templateOf(service: string, path: string): string {
    if (path.length > CACHED_PATH_MAX_CHARACTERS) return this.#templatesOf(service).templateOf(path);
    const key = `${service}\0${path}`;
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const template = this.#old.get(key) ?? this.#templatesOf(service).templateOf(path);
    this.#remember(key, template);
    return template;
  }

  /** Two generations instead of a list by use: what was not asked for while one filled up is forgotten. */
  #remember(key: string, template: string): void {
    if (this.#young.size >= this.maxCachedPaths / 2) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, template);
  }

  #templatesOf(service: string): PathTemplates {
    const known = this.#services.get(service);
    if (known !== undefined) return known;
    if (service === OTHER_SERIES || this.#services.size >= SERVICES_MAX) return this.#shared;
    const templates = new PathTemplates();
    this.#services.set(service, templates);
    return templates;
  }
}
