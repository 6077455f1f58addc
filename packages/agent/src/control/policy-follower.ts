import { bucketSubject, POLICY_BUCKET, POLICY_SET_KEY } from "@masthead/shared/subjects";
import { decodePolicySet } from "@masthead/shared/wire/codec";
import type { PolicyState } from "@masthead/shared/wire/heartbeat";
import type { PolicySet } from "@masthead/shared/wire/policy-set";
import type { Messaging } from "../ship/messaging.js";
import { clamp } from "../ship/wire-text.js";
import type { PolicyStore } from "./policy-store.js";

const ERROR_MAX = 1024;

export interface PolicyFollowerOptions {
  /** Puts a set in force, whole; while it runs, and when it throws, the set before stays in force. */
  apply: (set: PolicySet) => void | Promise<void>;
  onState: (state: PolicyState) => void;
  onFault: (error: Error) => void;
}

/**
 * Follows the fleet's policy set. The newest revision wins and nothing goes back (promise newest-revision-wins): what is
 * older than what was attempted is not looked at, and a set that fails leaves the last good one running.
 */
export class PolicyFollower {
  #state: PolicyState = { desired: 0, attempted: 0, attemptedResult: "none", effective: 0 };
  #next: PolicySet | undefined;
  #applying: Promise<void> | undefined;

  constructor(
    private readonly options: PolicyFollowerOptions,
    private readonly store: PolicyStore,
  ) {}

  get state(): PolicyState {
    return { ...this.#state };
  }

  /** Puts the last good set in force, then follows. */
  async start(messaging: Messaging): Promise<void> {
    const last = await this.store.load();
    if (last) await this.offer(last);
    messaging.subscribe(bucketSubject(POLICY_BUCKET, ">"), (payload) => void this.#receive(payload));
    messaging.onConnected(() => void this.refresh(messaging));
  }

  /** Asks for the current set, in case its change was missed. */
  async refresh(messaging: Messaging): Promise<void> {
    try {
      const payload = await messaging.lastValue(POLICY_BUCKET, POLICY_SET_KEY);
      if (payload && payload.length > 0) await this.#receive(payload);
    } catch (error) {
      this.options.onFault(error as Error);
    }
  }

  /** Resolves when the newest set offered so far was attempted. */
  async offer(set: PolicySet): Promise<void> {
    if (set.revision > this.#state.desired || this.#state.attemptedResult === "none") {
      this.#state = { ...this.#state, desired: set.revision };
      this.#next = set;
      this.#applying ??= this.#applyAll().finally(() => {
        this.#applying = undefined;
      });
    }
    await this.#applying;
  }

  async #receive(payload: Uint8Array): Promise<void> {
    try {
      await this.offer(await decodePolicySet(payload));
    } catch (error) {
      this.options.onFault(new Error("an unreadable policy set", { cause: error }));
    }
  }

  /** One at a time; of those that came meanwhile only the newest. */
  async #applyAll(): Promise<void> {
    for (let set = this.#next; set; set = this.#next) {
      this.#next = undefined;
      await this.#apply(set);
    }
  }

  async #apply(set: PolicySet): Promise<void> {
    const { attemptedError: _before, ...state } = this.#state;
    try {
      await this.options.apply(set);
      this.#state = {
        ...state,
        attempted: set.revision,
        attemptedResult: "ok",
        effective: set.revision,
        desired: this.#state.desired,
      };
    } catch (error) {
      const attemptedError = clamp(String((error as Error).message), ERROR_MAX);
      this.#state = {
        ...state,
        attempted: set.revision,
        attemptedResult: "failed",
        attemptedError,
        desired: this.#state.desired,
      };
    }
    this.options.onState(this.state);
    if (this.#state.attemptedResult === "ok") await this.store.save(set).catch(this.options.onFault);
  }
}
