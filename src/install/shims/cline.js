// agsec: asks the hook before every tool. Written by `agsec install cline`; remove it with `agsec uninstall cline`.
// A call is made only where the hook says `{}` and ends with exit code 0; whatever else happens refuses this one call.
import { spawnSync } from "node:child_process";

const COMMAND = ["@COMMAND@"];

function beforeTool({ toolCall, input, snapshot }) {
  const [program, ...args] = COMMAND;
  const payload = JSON.stringify({
    clineVersion: "plugin",
    hookName: "beforeTool",
    taskId: snapshot?.conversationId ?? snapshot?.runId,
    workspaceRoots: [process.cwd()],
    tool_call: { id: toolCall.toolCallId ?? toolCall.id, name: toolCall.toolName, input },
  });
  const told = spawnSync(program, args, { input: payload, encoding: "utf8", timeout: 2800, maxBuffer: 1 << 24 });
  let answer;
  try {
    answer = told.error || told.status !== 0 ? undefined : JSON.parse(told.stdout);
  } catch {
    answer = undefined;
  }
  if (answer?.skip || answer?.policy) {
    return answer;
  }
  if (answer && Object.keys(answer).length === 0) {
    return undefined;
  }
  const reason = answer?.errorMessage || (told.stderr || "").trim();
  return { skip: true, reason: reason || "[agsec] the hook cannot be run; a person runs `agsec status`" };
}

export default { name: "agsec", manifest: { capabilities: ["hooks"] }, hooks: { beforeTool } };
