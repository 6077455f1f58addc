/** What a part gets of this process's environment beside its own variables: settings, nothing else. */
const PASSED = /^(MASTHEAD_[A-Z0-9_]+|NODE_OPTIONS|NODE_EXTRA_CA_CERTS|TZ|LANG|PATH)$/;

/** The environment of one part: this process's settings, and `own` over them; an undefined value takes one away. */
export const partEnvironment = (
  environment: NodeJS.ProcessEnv,
  own: Record<string, string | undefined>,
): Record<string, string> => {
  const passed = Object.entries(environment).filter(([name]) => PASSED.test(name));
  const all = Object.entries({ ...Object.fromEntries(passed), ...own });
  return Object.fromEntries(all.filter((pair): pair is [string, string] => pair[1] !== undefined));
};
