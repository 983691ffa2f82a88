// agsec: asks the hook before every tool. Written by `agsec install pi`; remove it with `agsec uninstall pi`.
// A tool runs only where the hook is silent and ends with exit code 0, or where the person says yes to its question.
import { spawnSync } from "node:child_process";

const COMMAND = ["@COMMAND@"];

export default function (pi) {
  pi.on("tool_call", async (event, context) => {
    const [program, ...args] = COMMAND;
    const payload = JSON.stringify({
      type: "tool_call",
      toolName: event.toolName,
      toolCallId: event.toolCallId,
      input: event.input,
      cwd: context?.cwd ?? process.cwd(),
      sessionId: context?.sessionManager?.getSessionId?.(),
    });
    const told = spawnSync(program, args, { input: payload, encoding: "utf8", timeout: 20000, maxBuffer: 1 << 24 });
    const failed = Boolean(told.error) || told.status !== 0;
    if (!failed && told.stdout === "") {
      return undefined;
    }
    let answer = {};
    try {
      answer = JSON.parse(told.stdout) ?? {};
    } catch {
      // What is no answer blocks below.
    }
    const reason =
      answer.reason || (told.stderr || "").trim() || "[agsec] the hook cannot be run; a person runs `agsec status`";
    if (!failed && answer.confirm === true && context?.hasUI !== false && context?.ui?.confirm) {
      const yes = await context.ui.confirm("agsec", reason);
      return yes === true ? undefined : { block: true, reason };
    }
    return { block: true, reason };
  });
}
