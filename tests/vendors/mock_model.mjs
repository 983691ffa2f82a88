// A model that wants one shell command, in the four protocols that agents speak: Anthropic's messages, OpenAI's responses
// and chat completions, Gemini's contents.
//
// In: requests of an agent. Out: a call of whatever shell tool the agent offers, then, when its result comes, the end of the turn;
// the results are kept. Deliberately not here: starting agents (`run_agents.mjs`).
import { createServer } from "node:http";

/** Names of shell tools and the parameter that takes the command. */
const SHELLS = [
  ["Bash", "command"],
  ["bash", "command"],
  ["exec_command", "cmd"],
  ["shell_command", "command"],
  ["shell", "command"],
  ["run_shell_command", "command"],
  ["run_terminal_command", "command"],
  ["run_commands", "commands"],
  ["Execute", "command"],
  ["launch-process", "command"],
  ["terminal", "command"],
];

/** All tools that a request offers, `{name, parameters}`, whatever the protocol. */
function offered(body) {
  const lists = (body.tools ?? []).map((tool) => tool.functionDeclarations ?? tool.tools ?? [tool.function ?? tool]);
  return lists.flat().map((tool) => ({
    name: tool.name,
    parameters: tool.input_schema ?? tool.parameters ?? tool.parametersJsonSchema ?? {},
  }));
}

/** The call that the model makes; `undefined` where no shell is offered. */
function call(body, command, folder) {
  const tools = offered(body);
  const shell = SHELLS.find(([name]) => tools.some((tool) => tool.name === name));
  if (shell === undefined) {
    return undefined;
  }
  const [name, parameter] = shell;
  const { properties = {}, required = [] } = tools.find((tool) => tool.name === name).parameters;
  const many = properties[parameter]?.type === "array";
  const input = { [parameter]: many ? [command] : command };
  for (const other of required.filter((other) => other !== parameter)) {
    const kinds = { boolean: false, number: 10, integer: 10, array: [], object: {} };
    input[other] = properties[other]?.enum?.[0] ?? kinds[properties[other]?.type] ?? (/dir|cwd/.test(other) ? folder : "a test");
  }
  return { name, input };
}

/** The texts of tools' results in a request. */
function results(body) {
  const found = [];
  const text = (value) => (typeof value === "string" ? value : JSON.stringify(value));
  const walk = (value) => {
    if (Array.isArray(value)) {
      value.forEach(walk);
    } else if (value !== null && typeof value === "object") {
      if (value.type === "tool_result" || value.role === "tool") {
        found.push(text(value.content));
      } else if (value.type === "function_call_output" || value.type === "custom_tool_call_output") {
        found.push(text(value.output));
      } else if (value.functionResponse !== undefined) {
        found.push(text(value.functionResponse.response));
      } else {
        Object.values(value).forEach(walk);
      }
    }
  };
  walk(body.messages ?? body.input ?? body.contents ?? []);
  return found;
}

const usage = { input_tokens: 1, output_tokens: 1, total_tokens: 2, prompt_tokens: 1, completion_tokens: 1 };

function anthropic(wanted) {
  const block = wanted
    ? { type: "tool_use", id: "toolu_1", name: wanted.name, input: {} }
    : { type: "text", text: "" };
  const delta = wanted
    ? { type: "input_json_delta", partial_json: JSON.stringify(wanted.input) }
    : { type: "text_delta", text: "done" };
  const stop_reason = wanted ? "tool_use" : "end_turn";
  const message = { id: "msg_1", type: "message", role: "assistant", model: "m", content: [], stop_reason: null, usage };
  const content = [wanted ? { ...block, input: wanted.input } : { type: "text", text: "done" }];
  const events = [
    { type: "message_start", message },
    { type: "content_block_start", index: 0, content_block: block },
    { type: "content_block_delta", index: 0, delta },
    { type: "content_block_stop", index: 0 },
    { type: "message_delta", delta: { stop_reason, stop_sequence: null }, usage },
    { type: "message_stop" },
  ];
  return { whole: { ...message, content, stop_reason }, events, named: true };
}

function responses(wanted) {
  const item = wanted
    ? { type: "function_call", id: "fc_1", call_id: "call_1", name: wanted.name, arguments: JSON.stringify(wanted.input), status: "completed" }
    : { type: "message", id: "m_1", role: "assistant", status: "completed", content: [{ type: "output_text", text: "done", annotations: [] }] };
  const response = { id: "resp_1", object: "response", created_at: 1, model: "m", status: "completed", output: [item], usage };
  const events = [
    { type: "response.created", response: { ...response, status: "in_progress", output: [] } },
    { type: "response.output_item.added", output_index: 0, item },
    { type: "response.output_item.done", output_index: 0, item },
    { type: "response.completed", response },
  ];
  return { whole: response, events, named: true };
}

function completions(wanted) {
  const calls = wanted && [{ index: 0, id: "call_1", type: "function", function: { name: wanted.name, arguments: JSON.stringify(wanted.input) } }];
  const message = { role: "assistant", ...(wanted ? { tool_calls: calls } : { content: "done" }) };
  const base = { id: "c_1", object: "chat.completion", created: 1, model: "m" };
  const finish_reason = wanted ? "tool_calls" : "stop";
  const chunk = (delta, reason) => ({ ...base, object: "chat.completion.chunk", choices: [{ index: 0, delta, finish_reason: reason }] });
  const events = [chunk(message, null), { ...chunk({}, finish_reason), usage }];
  return { whole: { ...base, choices: [{ index: 0, message, finish_reason }], usage }, events, last: "[DONE]" };
}

function gemini(wanted) {
  const part = wanted ? { functionCall: { id: "call_1", name: wanted.name, args: wanted.input } } : { text: "done" };
  const whole = {
    candidates: [{ content: { role: "model", parts: [part] }, finishReason: "STOP", index: 0 }],
    usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 1, totalTokenCount: 2 },
  };
  return { whole, events: [whole] };
}

const PROTOCOLS = [
  [/\/messages$/, anthropic, (body) => body.stream === true],
  [/\/responses$/, responses, (body) => body.stream === true],
  [/\/chat\/completions$/, completions, (body) => body.stream === true],
  [/:streamGenerateContent$/, gemini, () => true],
  [/:generateContent$/, gemini, () => false],
];

async function answer(request, response, state) {
  let text = "";
  for await (const part of request) {
    text += part;
  }
  const path = new URL(request.url, "http://localhost").pathname;
  const row = PROTOCOLS.find(([pattern]) => pattern.test(path));
  state.paths.push(`${request.method} ${path}`);
  if (row === undefined) {
    response.writeHead(/\/models/.test(path) ? 200 : 404, { "content-type": "application/json" });
    return response.end(JSON.stringify({ object: "list", data: [{ id: "m", object: "model" }], models: [] }));
  }
  const [, protocol, streams] = row;
  const body = JSON.parse(text);
  const told = results(body);
  state.results.push(...told);
  const signature = ({ name, parameters }) => `${name}(${Object.keys(parameters.properties ?? {}).join(", ")})`;
  state.tools = offered(body).length > 0 ? offered(body).map(signature) : state.tools;
  const { whole, events, named, last } = protocol(told.length > 0 ? undefined : call(body, state.command, state.folder));
  if (!streams(body)) {
    response.writeHead(200, { "content-type": "application/json" });
    return response.end(JSON.stringify(whole));
  }
  response.writeHead(200, { "content-type": "text/event-stream" });
  for (const event of events) {
    response.write(`${named ? `event: ${event.type}\n` : ""}data: ${JSON.stringify(event)}\n\n`);
  }
  return response.end(last === undefined ? "" : `data: ${last}\n\n`);
}

/** Starts the model, wanting `command`; `{address, state, close}`. */
export async function start(command, folder) {
  const state = { command, folder, results: [], tools: [], paths: [] };
  const server = createServer((request, response) => answer(request, response, state).catch((error) => response.destroy(error)));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { address: `http://127.0.0.1:${server.address().port}`, state, close };
}
