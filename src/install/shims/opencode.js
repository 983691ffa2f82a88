// agsec: asks the hook before every tool. Written by `agsec install opencode`; remove it with `agsec uninstall opencode`.
// A tool runs only where the hook ends with exit code 0: whatever else happens throws, and that stops the tool.
import { spawnSync } from "node:child_process";

const COMMAND = ["@COMMAND@"];

export const AgsecPlugin = async ({ directory, worktree }) => ({
  "tool.execute.before": async (input, output) => {
    const [program, ...args] = COMMAND;
    const cwd = directory || worktree || process.cwd();
    const payload = JSON.stringify({
      input: { tool: input.tool, sessionID: input.sessionID, callID: input.callID },
      output: { args: output.args },
      cwd,
    });
    const told = spawnSync(program, args, { input: payload, encoding: "utf8", timeout: 20000, maxBuffer: 1 << 24 });
    if (told.error || told.status !== 0) {
      throw new Error((told.stderr || "").trim() || "[agsec] the hook cannot be run; a person runs `agsec status`");
    }
  },
});
