/** Debian's own. What PATH has may be a script that first looks for which one it is to start, for longer than our programs run. */
export const PYTHON = "/usr/bin/python3";
