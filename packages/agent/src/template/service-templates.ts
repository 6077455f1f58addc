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
  #young = new PathsOfServices();
  #old = new PathsOfServices();

  constructor(private readonly maxCachedPaths = CACHED_PATHS_MAX) {}

  /**
   * `url.template` of a path (as sent, without query) of a service. Bounded memory; never throws.
   */
  templateOf(service: string, path: string): string {
    if (path.length > CACHED_PATH_MAX_CHARACTERS) return this.#templatesOf(service).templateOf(path);
    const young = this.#young.get(service, path);
    if (young !== undefined) return young;
    const template = this.#old.get(service, path) ?? this.#templatesOf(service).templateOf(path);
    this.#remember(service, path, template);
    return template;
  }

  /** Two generations instead of a list by use: what was not asked for while one filled up is forgotten. */
  #remember(service: string, path: string, template: string): void {
    if (this.#young.size >= this.maxCachedPaths / 2) {
      this.#old = this.#young;
      this.#young = new PathsOfServices();
    }
    this.#young.set(service, path, template);
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

/** Templates by service and path. */
class PathsOfServices {
  readonly #services = new Map<string, Map<string, string>>();
  /** paths, of all services */
  size = 0;

  get(service: string, path: string): string | undefined {
    return this.#services.get(service)?.get(path);
  }

  /** Of a path that is not there yet. */
  set(service: string, path: string, template: string): void {
    this.size += 1;
    const paths = this.#services.get(service);
    if (paths === undefined) this.#services.set(service, new Map([[path, template]]));
    else paths.set(path, template);
  }
}
