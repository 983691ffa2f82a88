// agsec: hands one command to a plugin of ours, as its host would. `agsec doctor` runs it.
// In: {host, text, command, folder} on standard input. Out: {"stopped": reason}, or {"stopped": null} where the tool would run.
import { readFileSync } from "node:fs";

const { host, text, command, folder } = JSON.parse(readFileSync(0, "utf8"));
const plugin = await import(`data:text/javascript;base64,${Buffer.from(text).toString("base64")}`);

const id = "agsec-doctor";
/** What an extension registers with `on`. */
const registered = () => {
  let handler;
  plugin.default({ on: (_, given) => (handler = given) });
  return handler;
};

const HOSTS = {
  opencode: async () => {
    const hooks = await plugin.AgsecPlugin({ directory: folder });
    try {
      await hooks["tool.execute.before"]({ tool: "bash", sessionID: id, callID: id }, { args: { command } });
    } catch (error) {
      return error.message;
    }
    return null;
  },
  cline: async () => {
    const toolCall = { toolName: "run_commands", toolCallId: id };
    const told = await plugin.default.hooks.beforeTool({ toolCall, input: { commands: [command] } });
    return told === undefined ? null : (told.reason ?? "[agsec] a person is asked");
  },
  amp: async () => {
    const told = await registered()({ tool: "Bash", input: { cmd: command }, thread: { id } });
    return told.action === "allow" ? null : told.message;
  },
  pi: async () => {
    const event = { toolName: "bash", toolCallId: id, input: { command } };
    const told = await registered()(event, { cwd: folder, hasUI: false });
    return told === undefined ? null : told.reason;
  },
};

console.log(JSON.stringify({ stopped: await HOSTS[host]() }));
