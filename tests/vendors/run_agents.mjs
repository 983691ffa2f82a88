// Runs agents themselves, without an account: a model of our own (`mock_model.mjs`) wants a shell command, the hook that `agsec
// install` registered allows, asks or denies it, and what the agent then does is looked at.
//
//   node tests/vendors/run_agents.mjs [--agsec PATH] [--agents FOLDER] [NAME…]
//
// In: the agsec program, the agents' programs from npm and PyPI (kept in FOLDER, default `target/vendors/agents`; together more than 2 GB).
// Out: a line for each agent and decision; exit code 1 where a command ran that was denied or to be asked about (nobody is there to
// be asked), where an allowed one did not, and where an agent of which we say that it calls no hook does call one. The commands make a
// file in a temporary folder and nothing else. Deliberately not here: answers and files as such (`check.mjs`).
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { AGENTS } from "./agents.mjs";
import { start } from "./mock_model.mjs";

const ROOT = resolve(import.meta.dirname, "../..");
const LIMIT_MS = 90_000;

const POLICY = `version: "1.0"
default: allow
statements:
  - {sid: denied, effect: deny, actions: ["bash.execute"], conditions: {params.command: {op: contains, value: made-by-deny}}, reason: "this one is denied"}
  - {sid: asked, effect: review, actions: ["bash.execute"], conditions: {params.command: {op: contains, value: made-by-ask}}, reason: "look at it"}
`;

function options(words) {
  const told = { agsec: join(ROOT, "target/release/agsec"), agents: join(ROOT, "target/vendors/agents"), names: [] };
  for (let at = 0; at < words.length; at += 1) {
    if (words[at] === "--agsec" || words[at] === "--agents") {
      told[words[at].slice(2)] = resolve(words[(at += 1)]);
    } else {
      told.names.push(words[at]);
    }
  }
  return told;
}

/** The program of an agent, from npm or PyPI where it is not kept yet. */
function program(agent, kept) {
  const folder = join(kept, agent.name);
  const file = join(folder, agent.python ? "" : "node_modules", agent.program);
  if (existsSync(file)) {
    return file;
  }
  mkdirSync(folder, { recursive: true });
  const run = (program, ...words) => execFileSync(program, words, { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
  if (agent.python) {
    run("python3", "-m", "venv", folder);
    run(join(folder, "bin/pip"), "install", "--quiet", ...agent.packages);
  } else {
    writeFileSync(join(folder, "package.json"), '{"private": true}');
    run("npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", ...agent.packages);
  }
  return file;
}

/** A home and a project. */
function room() {
  const home = realpathSync(mkdtempSync(join(tmpdir(), "agsec-agents-")));
  const project = join(home, "project");
  mkdirSync(project);
  execFileSync("git", ["init", "-q"], { cwd: project });
  return { home, project };
}

/** Puts the policy in force and registers the hook for the person; the environment for the agent. */
function install({ home, project }, agent, agsec) {
  const env = { PATH: process.env.PATH, HOME: home, SHELL: "/bin/bash", TERM: "dumb", LANG: "C.UTF-8" };
  const run = (...words) => execFileSync(agsec, words, { cwd: project, env, stdio: "pipe" });
  const policies = join(home, ".agsec/policies");
  mkdirSync(policies, { recursive: true });
  writeFileSync(join(policies, "policy.yaml"), POLICY);
  run("compile", policies);
  run("install", agent.name);
  return env;
}

/** Runs an agent until it ends; its output. */
function finish(command, words, folder, env) {
  return new Promise((done) => {
    const child = spawn(command, words, { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"], detached: true });
    let output = "";
    child.stdout.on("data", (part) => (output += part));
    child.stderr.on("data", (part) => (output += part));
    const stop = setTimeout(() => process.kill(-child.pid, "SIGKILL"), LIMIT_MS);
    child.on("error", (error) => (output += error.message));
    child.on("close", () => {
      clearTimeout(stop);
      done(output);
    });
  });
}

async function run(agent, decision, told) {
  const { home, project } = room();
  const made = join(project, `made-by-${decision}`);
  const model = await start(`touch ${made}`, project);
  const { before, words, environment = {}, files = {} } = agent.start({ model: model.address, home, project });
  // First the agent's own files: the hook is registered among them.
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(home, name)), { recursive: true });
    writeFileSync(join(home, name), text);
  }
  const env = install({ home, project }, agent, told.agsec);
  const file = program(agent, told.agents);
  const script = /\.m?js$/.test(file) ? [process.execPath, file] : [file];
  const go = (words) => finish(script[0], [...script.slice(1), ...words], project, { ...env, ...environment });
  const output = `${before ? await go(before) : ""}${await go(words)}`;
  model.close();
  const log = join(home, ".agsec/audit.jsonl");
  const asked = existsSync(log) ? readFileSync(log, "utf8").trim().split("\n").filter((line) => line.includes(`made-by-${decision}`)) : [];
  const result = { ran: existsSync(made), asked: asked.length, told: model.state.results.at(-1), output, tools: model.state.tools, paths: model.state.paths };
  rmSync(home, { recursive: true, force: true, maxRetries: 3 });
  return result;
}

async function main() {
  const told = options(process.argv.slice(2));
  const agents = AGENTS.filter(({ name }) => told.names.length === 0 || told.names.includes(name));
  let wrong = 0;
  for (const agent of agents) {
    for (const decision of ["allow", "ask", "deny"]) {
      const result = await run(agent, decision, told);
      const obeys = decision === "ask" ? !result.ran : result.ran === (decision === "allow");
      const right = agent.calls === false ? result.asked === 0 : result.asked > 0 && obeys;
      wrong += right ? 0 : 1;
      const model = result.told === undefined ? "nothing" : `\`${result.told.slice(0, 160)}\``;
      const word = !right ? "WRONG" : agent.calls === false ? "NOT PROTECTED" : "ok";
      console.log(`${word}: ${agent.packages.join(" ")}: ${decision}: asked ${result.asked} times, ${result.ran ? "ran" : "did not run"}; the model is told ${model}`);
      if (!right || process.env.AGENTS_VERBOSE) {
        console.log(`  tools: ${result.tools.join(" ")}\n  requests: ${result.paths.join(", ").slice(0, 400)}\n  ${result.output.slice(0, 3000).replaceAll("\n", "\n  ")}`);
      }
    }
  }
  return wrong > 0 ? 1 : 0;
}

process.exit(await main());
