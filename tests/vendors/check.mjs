// Holds the hook's answers, and what `agsec install` writes, against the schemas, types and code in the agents' own packages.
//
//   node tests/vendors/check.mjs [--agsec PATH]
//
// In: `tests/platforms/*/answers/answers.json` (what the hook answers; the test suite holds it against the hook), the agsec
// program at PATH (default `target/release/agsec`), the packages that `package.json` names, from npm. Out: a line for each
// package; exit code 1 where one of them objects. Without npm or its registry, or without a package that is not built for this
// machine, it says SKIPPED and what. Deliberately not here: running the agents themselves.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { claude, cline, copilot, gemini, opencode, pi } from "./types.mjs";
import { codex } from "./codex.mjs";
import { cursor } from "./cursor.mjs";
import { fetchTools, fetchVendor, VENDORS } from "./packages.mjs";

const ROOT = resolve(import.meta.dirname, "../..");
const option = process.argv.indexOf("--agsec");
const AGSEC = resolve(option > 0 ? process.argv[option + 1] : join(ROOT, "target/release/agsec"));

/** Which agents' answers and files a package knows, and the check of them. */
const CHECKS = [
  ["@anthropic-ai/claude-agent-sdk", claude],
  ["@openai/codex", codex],
  ["@cursor/sdk", cursor],
  ["@github/copilot-sdk", copilot],
  ["@google/gemini-cli-core", gemini],
  ["@cline/core", cline],
  ["@opencode-ai/plugin", opencode],
  ["@kilocode/plugin", opencode],
  ["@earendil-works/pi-coding-agent", pi],
];

/** All answers of a platform that are documents: `{event, decision, document, exit}`. */
function answers(platform) {
  const events = JSON.parse(readFileSync(join(ROOT, "tests/platforms", platform, "answers/answers.json"), "utf8"));
  const all = Object.entries(events).flatMap(([event, decisions]) =>
    Object.entries(decisions).map(([decision, told]) => ({ event, decision, ...told })),
  );
  return all
    .filter(({ event, stdout }) => event !== "other" && stdout !== "")
    .map(({ event, decision, stdout, exit }) => ({ event, decision, document: JSON.parse(stdout), exit }));
}

/** A home in which every agent is installed for the user. */
function home() {
  const folder = mkdtempSync(join(tmpdir(), "agsec-vendors-"));
  const env = { ...process.env, HOME: folder };
  for (const name of ["CLAUDE_CONFIG_DIR", "CODEX_HOME", "COPILOT_HOME", "OPENCODE_CONFIG_DIR"]) {
    delete env[name];
  }
  execFileSync(AGSEC, ["init"], { cwd: folder, env, stdio: "pipe" });
  try {
    execFileSync(AGSEC, ["install", "--all"], { cwd: folder, env, stdio: "pipe" });
  } catch (error) {
    throw new Error(`agsec install --all: ${error.stderr}`);
  }
  return folder;
}

async function main() {
  if (!existsSync(AGSEC)) {
    console.error(`\`${AGSEC}\` is not there; build it, or name one with --agsec`);
    return 2;
  }
  const tools = fetchTools();
  if (tools === undefined) {
    console.log("SKIPPED: npm or its registry is not to be had, so no answer was held against what the agents publish");
    return 0;
  }
  const folder = home();
  let wrong = 0;
  for (const [name, check] of CHECKS) {
    const title = `${name} ${VENDORS[name]}`;
    const at = fetchVendor(name);
    if (at === undefined) {
      console.log(`SKIPPED: ${title} is not to be had`);
      continue;
    }
    const { objections, held } = await check({ at, tools, answers, home: folder, fetch: fetchVendor });
    console.log(objections.length > 0 ? `WRONG: ${title}: ${objections.length} objections` : `ok: ${title}: ${held}`);
    objections.forEach((objection) => console.log(`  ${objection}`));
    wrong += objections.length;
  }
  rmSync(folder, { recursive: true });
  return wrong > 0 ? 1 : 0;
}

process.exit(await main());
