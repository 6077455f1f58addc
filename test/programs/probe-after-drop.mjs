// Loads the programs for one kind of link, drops what the agent drops, and then probes a library: probe-after-drop.mjs OBJECT KIND LIBRARY
// Prints what was refused, or `probed`.
import { LibraryTable } from "../../packages/agent/dist/attach/libraries/library-table.js";
import { openSession } from "../../packages/agent/dist/capture/native-session.js";
import { confine } from "../../packages/agent/dist/privilege/confine.js";

const [objectPath, kind, path] = process.argv.slice(2);
const session = openSession({ objectPath, bestLink: kind });
for (const { reason } of session.info.refusedBuilds) console.log(`refused: ${reason}`);
confine(kind, undefined, (line) => console.log(line));
const library = new LibraryTable(session).sight(path, "cache");
console.log(library?.failure ?? (library?.linkIds.length > 0 ? "probed" : "nothing to probe"));
session.close();
process.exit();
