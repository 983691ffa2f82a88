// Packages of npm, kept in `target/vendors`: tools with what they depend on, vendors' packages alone.
//
// In: `package.json`. Out: folders, `undefined` where npm cannot fetch one. No script of a package is run.
import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";

const HERE = import.meta.dirname;
const KEPT = resolve(HERE, "../../target/vendors");
const NPM = ["--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"];

/** Versions of the vendors' packages, by name. */
export const VENDORS = JSON.parse(readFileSync(join(HERE, "package.json"), "utf8")).vendors;

function npm(args, folder) {
  try {
    return execFileSync("npm", [...args, ...NPM], { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  } catch (error) {
    console.error((error.stderr || error.message).trim());
    return undefined;
  }
}

/** The folder with TypeScript and Ajv in its `node_modules`. */
export function fetchTools() {
  const folder = join(KEPT, "tools");
  mkdirSync(folder, { recursive: true });
  for (const name of ["package.json", "package-lock.json"]) {
    copyFileSync(join(HERE, name), join(folder, name));
  }
  return npm(["ci"], folder) === undefined ? undefined : folder;
}

/** The folder of a vendor's package, as it stands in its archive. */
export function fetchVendor(name) {
  const version = VENDORS[name];
  const folder = join(KEPT, `${name.replace(/\W/g, "_")}-${version}`);
  if (existsSync(folder)) {
    return folder;
  }
  const part = `${folder}.part`;
  rmSync(part, { recursive: true, force: true });
  mkdirSync(part, { recursive: true });
  const told = npm(["pack", `${name}@${version}`, "--json"], part);
  if (told === undefined) {
    return undefined;
  }
  const [{ filename }] = JSON.parse(told);
  execFileSync("tar", ["-xzf", filename, "--strip-components=1"], { cwd: part });
  rmSync(join(part, filename));
  renameSync(part, folder);
  return folder;
}
