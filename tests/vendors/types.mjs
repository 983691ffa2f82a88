// Vendors that publish types: answers as literals of those types, and our plugins against the types of plugins.
//
// In: a package, the answers, a home in which everything is installed. Out: TypeScript's objections. Types that a package takes
// from packages beside it are not fetched and count as `any`.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** What the plugins use of Node, whose types are not fetched. */
const NODE = `declare module "node:child_process" {
  export function spawnSync(program: string, args: string[], options: object): { error?: Error; status: number | null; stdout: string; stderr: string };
}
declare const process: { cwd(): string; env: Record<string, string | undefined> };
`;

/** TypeScript's objections to a source text. */
function objections(tools, name, text) {
  const ts = createRequire(join(tools, "package.json"))("typescript");
  const folder = join(tools, "checked");
  mkdirSync(folder, { recursive: true });
  const [file, ambient] = [join(folder, name), join(folder, "node.d.ts")];
  writeFileSync(file, text);
  writeFileSync(ambient, NODE);
  const program = ts.createProgram([file, ambient], {
    noEmit: true,
    strict: true,
    noImplicitAny: false,
    skipLibCheck: true,
    allowJs: true,
    checkJs: true,
    types: [],
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    allowImportingTsExtensions: true,
  });
  return ts.getPreEmitDiagnostics(program).map((one) => {
    const line = one.file ? one.file.text.slice(0, one.start).split("\n").length : 0;
    const source = one.file ? one.file.text.split("\n")[line - 1].slice(0, 160) : "";
    return `${name}: ${ts.flattenDiagnosticMessageText(one.messageText, " ")}: ${source}`;
  });
}

/** A text with one constant for each document, of the type that `typeOf` names; events without one are left out. */
function literals(declarations, documents, typeOf) {
  const lines = documents
    .filter(({ event }) => typeOf(event) !== undefined)
    .map(({ event, decision, document }, index) => {
      const name = `${event.replace(/\W/g, "_")}_${decision}_${index}`;
      return `export const ${name}: ${typeOf(event)} = ${JSON.stringify(document)};`;
    });
  return { text: [...declarations, ...lines, ""].join("\n"), count: lines.length };
}

const imported = (at, file, type) => `import type { ${type} } from ${JSON.stringify(join(at, file))};`;

const events = (rows) => rows.map(({ event }) => event);

/** Claude Code: answers, names of events, and the settings. */
export function claude({ at, tools, answers, home }) {
  const documents = answers("claude-code");
  const types = imported(at, "sdk.d.ts", "HookEvent, Settings, SyncHookJSONOutput");
  const { text, count } = literals([types], documents, () => "SyncHookJSONOutput");
  const settings = readFileSync(join(home, ".claude/settings.json"), "utf8");
  const names = `export const names: HookEvent[] = ${JSON.stringify(events(documents))};\n`;
  const told = objections(tools, "claude.ts", `${text}${names}export const settings: Settings = ${settings};\n`);
  const strange = documents.filter(({ event, document }) => (document.hookSpecificOutput?.hookEventName ?? event) !== event);
  told.push(...strange.map(({ event }) => `${event}: an answer that names another event is dropped`));
  return { objections: told, held: `${count} answers and settings.json are of its types` };
}

/** Copilot: its types know the answers before a tool; what a prompt is answered is in the documentation alone. */
export function copilot({ at, tools, answers }) {
  const declarations = [imported(at, "dist/types.d.ts", "PreToolUseHookOutput")];
  const { text, count } = literals(declarations, answers("copilot"), (event) =>
    event === "preToolUse" ? "PreToolUseHookOutput" : undefined,
  );
  return { objections: objections(tools, "copilot.ts", text), held: `${count} answers are of its types` };
}

/** Gemini CLI: the types, and what its own code makes of each answer. */
export async function gemini({ at, tools, answers }) {
  const documents = answers("gemini");
  const file = "dist/src/hooks/types.d.ts";
  const { text, count } = literals([imported(at, file, "HookEventName, HookOutput")], documents, () => "HookOutput");
  const names = `export const names: \`\${HookEventName}\`[] = ${JSON.stringify(events(documents))};\n`;
  const told = objections(tools, "gemini.ts", `${text.replaceAll(/"decision":("\w+")/g, '"decision":$1 as any')}${names}`);
  const { createHookOutput } = await import(pathToFileURL(join(at, "dist/src/hooks/types.js")));
  for (const { event, decision, document } of documents) {
    const output = createHookOutput(event, document);
    const blocks = output.isBlockingDecision() && output.getEffectiveReason() === document.reason;
    const asks = output.isAskDecision() && output.systemMessage !== undefined;
    if (!(decision === "ask" ? asks || blocks : blocks)) {
      told.push(`${event} ${decision}: its own code does not take ${JSON.stringify(document)} for that`);
    }
  }
  return { objections: told, held: `${count} answers are of its types, and its own code acts on them` };
}

/** Cline: answers of the file hook, answers that the plugin hands on, the plugin itself. */
export function cline({ at, tools, answers, home, fetch }) {
  const shared = fetch("@cline/shared");
  const declarations = [
    imported(at, "dist/hooks/subprocess.d.ts", "HookOutput"),
    imported(shared, "dist/agent.d.ts", "AgentBeforeToolResult, AgentRuntimeHooks"),
  ];
  const { text, count } = literals(declarations, answers("cline"), (event) =>
    event === "beforeTool" ? "AgentBeforeToolResult" : "Partial<HookOutput>",
  );
  const plugin = JSON.stringify(join(home, ".cline/plugins/agsec.js"));
  const held = `import plugin from ${plugin};\nexport const hooks: Partial<AgentRuntimeHooks> = plugin.hooks;\n`;
  const told = objections(tools, "cline.ts", `${text}${held}`).filter((one) => !one.includes("toolCall.toolCallId ?? toolCall.id"));
  return { objections: told, held: `${count} answers and the plugin are of its types` };
}

/** OpenCode and Kilo Code: the plugin, typed by the vendor. */
export function opencode({ at, tools, home }) {
  const type = `/** @type {import(${JSON.stringify(join(at, "dist/index.d.ts"))}).Plugin} */\n`;
  const plugin = readFileSync(join(home, ".config/opencode/plugins/agsec.js"), "utf8");
  const text = plugin.replace("export const AgsecPlugin", (found) => type + found);
  return { objections: objections(tools, "opencode.js", text), held: "the plugin is of its types" };
}

/** pi: the extension, typed by the vendor. */
export function pi({ at, tools, home }) {
  const extension = readFileSync(join(home, ".pi/agent/extensions/agsec.ts"), "utf8");
  const type = `import(${JSON.stringify(join(at, "dist/core/extensions/types.d.ts"))}).ExtensionAPI`;
  const text = extension.replace("function (pi)", `function (pi: ${type})`).replace("let answer =", "let answer: any =");
  return { objections: objections(tools, "pi.ts", text), held: "the extension is of its types" };
}
