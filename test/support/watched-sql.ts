/** Told of a statement when somebody waits for it; `send` sends it, and gives what Postgres answered. */
export type OnStatement = (
  send: () => Promise<unknown>,
  strings: TemplateStringsArray,
  parameters: readonly unknown[],
) => Promise<unknown>;

/**
 * The tagged template of `postgres`, watched. Neither the helpers `sql(name)`, whose first argument is no template, nor fragments of other
 * statements, which nobody waits for, are told of.
 */
export const watchedSql = <S extends object>(sql: S, onStatement: OnStatement): S =>
  new Proxy(sql, {
    apply(target, self, given: unknown[]) {
      const query = Reflect.apply(target as never, self, given) as PromiseLike<unknown>;
      const [strings, ...parameters] = given as [TemplateStringsArray, ...unknown[]];
      if (!Array.isArray(strings) || !("raw" in strings)) return query;
      const settle = query.then.bind(query);
      const send = () => new Promise<unknown>((resolve, reject) => void settle(resolve, reject));
      // Named apart for who looks for promises by mistake.
      const waiting = "then";
      const watched: typeof query.then = (done, failed) =>
        onStatement(send, strings, parameters).then(done as never, failed);
      return Object.defineProperty(query, waiting, { value: watched });
    },
  });
