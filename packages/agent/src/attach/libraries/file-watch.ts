import { type FSWatcher, watch } from "node:fs";

/**
 * Hears at once when a file is written to or gets another name (inotify; by a container's own path, since what lies below an overlay is written without a
 * word). A file that cannot be watched, since the host's limit is reached or its file system tells nothing, is silent.
 */
export class FileWatch {
  readonly #watchers = new Map<string, FSWatcher>();

  /** @param onEvent something became of the file with this key; called for changes that mean nothing, too */
  constructor(private readonly onEvent: (key: string) => void) {}

  add(key: string, path: string): void {
    this.remove(key);
    try {
      const watcher = watch(path, { persistent: false }, () => this.onEvent(key));
      watcher.on("error", () => this.remove(key));
      this.#watchers.set(key, watcher);
    } catch {
      // The limit of watches, or the file is gone: a scan looks at it, too.
    }
  }

  remove(key: string): void {
    this.#watchers.get(key)?.close();
    this.#watchers.delete(key);
  }
}
