// Cursor: the validators of answers and of `hooks.json` in its runtime.
//
// In: the package. Out: objections. The runtime is one minified module; its validators need nothing of the rest and stand
// between the table of events and the first import after them, so that part is cut out and run by itself.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import vm from "node:vm";

function validators(at) {
  const folder = join(at, "dist/cjs");
  const files = readdirSync(folder).filter((name) => name.endsWith(".js"));
  const text = files.map((name) => readFileSync(join(folder, name), "utf8")).find((text) => text.includes("Hooks config must be an object"));
  const start = text.search(/\w+=\{beforeShellExecution:"beforeShellExecution"/);
  const end = text.indexOf(";var ", text.indexOf("Hooks config must be an object"));
  const part = `const ${text.slice(start, end)}`;
  const name = (pattern) => part.match(pattern)[1];
  const config = name(/(\w+)=e=>\{const t=\[\];if\(!\w+\(e\)\)return t\.push\("Hooks config must be an object"\)/);
  const events = name(/^const (\w+)=/);
  const answer = name(/(\w+)=\(e,t,r\)=>\{const n=function/);
  return vm.runInNewContext(`${part}; ({config: ${config}, answer: ${answer}, events: ${events}})`, { console });
}

export function cursor({ at, answers, home }) {
  const { config, answer, events } = validators(at);
  const objections = [];
  const documents = answers("cursor");
  for (const { event, decision, document } of documents) {
    if (events[event] === undefined) {
      objections.push(`${event} is no event`);
      continue;
    }
    const told = answer(event, document);
    if (!told.success) {
      objections.push(`${event} ${decision}: ${told.errors.join(", ")}`);
    }
  }
  const told = config(JSON.parse(readFileSync(join(home, ".cursor/hooks.json"), "utf8")));
  objections.push(...(told.errors ?? []).map((error) => `hooks.json: ${error}`));
  return { objections, held: `${documents.length} answers and hooks.json pass its validators` };
}
