// agsec: asks the hook before every tool. Written by `agsec install amp`; remove it with `agsec uninstall amp`.
// A tool runs only where the hook ends with exit code 0; whatever else happens refuses this one call.
import { spawnSync } from "node:child_process";

const COMMAND = ["@COMMAND@"];

export default function (amp) {
  amp.on("tool.call", (event) => {
    const [program, ...args] = COMMAND;
    const payload = JSON.stringify({
      event: "tool.call",
      tool: event.tool,
      input: event.input,
      thread: { id: event.thread?.id },
      cwd: process.cwd(),
    });
    const { AGENT_TOOL_NAME: _, ...env } = process.env;
    const told = spawnSync(program, args, { input: payload, encoding: "utf8", timeout: 20000, maxBuffer: 1 << 24, env });
    if (!told.error && told.status === 0) {
      return { action: "allow" };
    }
    const message = (told.stderr || "").trim() || "[agsec] the hook cannot be run; a person runs `agsec status`";
    return { action: "reject-and-continue", message };
  });
}
