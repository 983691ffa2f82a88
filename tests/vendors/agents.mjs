// How each agent is started with a model of ours, without an account and without a person.
//
// In: the model's address, a home, a project. Out: arguments, environment, files below the home. A key is never checked by our model.

/** Agents, by the names of `agsec install`. */
export const AGENTS = [
  {
    name: "claude-code",
    packages: ["@anthropic-ai/claude-code@2.1.330", "@anthropic-ai/claude-code-linux-x64@2.1.330"],
    program: "@anthropic-ai/claude-code-linux-x64/claude",
    start: ({ model }) => ({
      words: ["-p", "go", "--model", "claude-sonnet-4-5", "--allowedTools", "Bash"],
      environment: { ANTHROPIC_BASE_URL: model, ANTHROPIC_API_KEY: "none", CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1", IS_SANDBOX: "1" },
    }),
  },
  {
    name: "codex",
    packages: ["@openai/codex@0.169.0"],
    program: "@openai/codex/bin/codex.js",
    start: ({ model, project }) => ({
      words: ["exec", "--dangerously-bypass-hook-trust", "--sandbox", "danger-full-access", "go"],
      environment: { OWN_KEY: "none" },
      files: {
        ".codex/config.toml": `model = "m"\nmodel_provider = "own"\n[model_providers.own]\nname = "own"\nbase_url = "${model}/v1"\nwire_api = "responses"\nenv_key = "OWN_KEY"\n[projects."${project}"]\ntrust_level = "trusted"\n`,
      },
    }),
  },
  {
    name: "gemini",
    packages: ["@google/gemini-cli@0.61.0"],
    program: "@google/gemini-cli/bundle/gemini.js",
    start: ({ model, project }) => ({
      words: ["--yolo", "--model", "gemini-2.5-pro", "--prompt", "go"],
      environment: { GEMINI_API_KEY: "none", GOOGLE_GEMINI_BASE_URL: model },
      files: {
        ".gemini/settings.json": '{"security": {"auth": {"selectedType": "gemini-api-key"}}} // mine\n',
        ".gemini/trustedFolders.json": JSON.stringify({ [project]: "TRUST_FOLDER" }),
      },
    }),
  },
  {
    name: "qwen",
    packages: ["@qwen-code/qwen-code@0.24.4"],
    program: "@qwen-code/qwen-code/cli.js",
    start: ({ model }) => ({
      words: ["--yolo", "--auth-type", "openai", "--prompt", "go"],
      environment: { OPENAI_API_KEY: "none", OPENAI_BASE_URL: `${model}/v1`, OPENAI_MODEL: "m" },
    }),
  },
  {
    name: "opencode",
    packages: ["opencode-ai@1.18.33", "opencode-linux-x64@1.18.33"],
    program: "opencode-linux-x64/bin/opencode",
    start: ({ model }) => ({
      words: ["run", "--model", "own/m", "go"],
      environment: { OPENCODE_DISABLE_AUTOUPDATE: "1", OPENCODE_DISABLE_MODELS_FETCH: "1" },
      files: {
        ".config/opencode/opencode.json": JSON.stringify({
          provider: { own: { npm: "@ai-sdk/openai-compatible", options: { baseURL: `${model}/v1`, apiKey: "none" }, models: { m: { name: "m" } } } },
        }),
      },
    }),
  },
  {
    name: "copilot",
    packages: ["@github/copilot@1.0.102"],
    program: "@github/copilot-linux-x64/copilot",
    start: ({ model }) => ({
      words: ["-p", "go", "--allow-all-tools", "--no-auto-update"],
      environment: { COPILOT_PROVIDER_BASE_URL: `${model}/v1`, COPILOT_MODEL: "m", COPILOT_OFFLINE: "true" },
    }),
  },
  {
    name: "pi",
    packages: ["@mariozechner/pi-coding-agent@0.73.1"],
    program: "@mariozechner/pi-coding-agent/dist/cli.js",
    start: ({ model }) => ({
      words: ["-p", "--provider", "own", "--model", "m", "go"],
      files: {
        ".pi/agent/models.json": JSON.stringify({
          providers: { own: { baseUrl: `${model}/v1`, api: "openai-completions", apiKey: "none", models: [{ id: "m" }] } },
        }),
      },
    }),
  },
  {
    name: "kimi",
    packages: ["@moonshot-ai/kimi-code@2.1.0"],
    program: "@moonshot-ai/kimi-code/dist/main.mjs",
    start: ({ model }) => ({
      words: ["-p", "go"],
      files: {
        ".kimi-code/config.toml": `default_model = "m"\n[providers.own]\ntype = "openai"\nbase_url = "${model}/v1"\napi_key = "none"\n[models.m]\nprovider = "own"\nmodel = "m"\nmax_context_size = 100000\n`,
      },
    }),
  },
  {
    name: "continue",
    // It reads the settings, and nothing in it asks a hook.
    calls: false,
    packages: ["@continuedev/cli@1.5.47"],
    program: "@continuedev/cli/dist/cn.js",
    start: ({ model, home }) => ({
      words: ["-p", "go", "--auto", "--config", `${home}/config.yaml`],
      files: {
        "config.yaml": `name: own\nversion: 1.0.0\nschema: v1\nmodels:\n  - name: m\n    provider: openai\n    model: m\n    apiBase: ${model}/v1\n    apiKey: none\n    roles: [chat]\n    capabilities: [tool_use]\n`,
      },
    }),
  },
  {
    name: "cline",
    packages: ["cline@3.0.65"],
    program: "@cline/cli-linux-x64/bin/cline",
    start: ({ model }) => ({
      before: ["auth", "--provider", "openai", "--apikey", "none", "--modelid", "m", "--baseurl", `${model}/v1`],
      words: ["--provider", "openai-compatible", "--model", "m", "--timeout", "60", "go on"],
    }),
  },
  {
    name: "grok",
    packages: ["@xai-official/grok@1.0.41"],
    program: "@xai-official/grok/bin/grok",
    start: ({ model }) => ({
      words: ["-p", "go on", "--model", "m", "--always-approve"],
      environment: { GROK_MODELS_BASE_URL: `${model}/v1`, XAI_API_KEY: "none" },
    }),
  },
  {
    name: "droid",
    packages: ["@factory/cli-linux-x64@0.225.2"],
    program: "@factory/cli-linux-x64/bin/droid",
    start: ({ model }) => ({
      words: ["exec", "--auto", "high", "--model", "custom:m-0", "go on"],
      environment: { FACTORY_API_KEY: "none" },
      files: {
        ".factory/settings.json": JSON.stringify({
          customModels: [{ id: "custom:m-0", index: 0, model: "m", displayName: "m", baseUrl: `${model}/v1`, apiKey: "none", provider: "generic-chat-completion-api", maxOutputTokens: 1000 }],
        }),
      },
    }),
  },
  {
    name: "hermes",
    packages: ["hermes-agent==0.19.0"],
    python: true,
    program: "bin/hermes",
    start: ({ model }) => ({
      words: ["--accept-hooks", "-z", "go on"],
      files: { ".hermes/config.yaml": `model:\n  default: m\n  provider: custom\n  base_url: ${model}/v1\n  api_key: none\n` },
    }),
  },
];
