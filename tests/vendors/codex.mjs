// Codex: JSON schemas that stand in its program.
//
// In: the package for this machine. Out: objections to answers. A schema begins with its member `$schema` and ends with the first
// `}` at the beginning of a line.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

/** The file name of an event's schema: `PreToolUse` has `pre-tool-use.command.output`. */
const schemaOf = (event) => `${event.replace(/(?<=[a-z])(?=[A-Z])/g, "-").toLowerCase()}.command.output`;

function schemas(program) {
  const bytes = readFileSync(program);
  const found = new Map();
  const start = Buffer.from('{\n  "$schema": "http://json-schema.org/draft-07/schema#"');
  for (let at = bytes.indexOf(start); at >= 0; at = bytes.indexOf(start, at + 1)) {
    const text = bytes.subarray(at, bytes.indexOf("\n}", at) + 2).toString("utf8");
    try {
      const schema = JSON.parse(text);
      found.set(schema.title, schema);
    } catch {
      // Another text that begins like a schema.
    }
  }
  return found;
}

export function codex({ at, tools, answers }) {
  const vendor = join(at, "vendor");
  const program = readdirSync(vendor).map((target) => join(vendor, target, "bin/codex")).find(existsSync);
  const known = schemas(program);
  const Ajv = createRequire(join(tools, "package.json"))("ajv");
  const ajv = new Ajv({ strict: false });
  const objections = [];
  const documents = answers("codex");
  for (const { event, decision, document, exit } of documents) {
    const schema = known.get(schemaOf(event));
    if (schema === undefined) {
      objections.push(`${event}: no schema ${schemaOf(event)}`);
    } else if (!ajv.validate(schema, document)) {
      objections.push(`${event} ${decision}: ${ajv.errorsText()}`);
    }
    if (exit !== 0) {
      objections.push(`${event} ${decision}: a document is read only with exit code 0`);
    }
  }
  return { objections, held: `${documents.length} answers fit their schemas, of ${known.size}` };
}
