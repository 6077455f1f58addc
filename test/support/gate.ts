/** Something that is waited for until somebody opens it. */
export interface Gate {
  open(): void;
  readonly opened: Promise<void>;
}

export const makeGate = (): Gate => {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
};
