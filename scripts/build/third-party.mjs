// pkg/THIRD_PARTY.md: whose code is in the package, and under which licences.

import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { quiet } from "../setup/command.mjs";
import { METAFILE } from "./bundle.mjs";
import { incremental } from "./incremental.mjs";

const INTRODUCTION = `# Third-party code in this package

The scripts and the WebAssembly core contain code of the packages below, under the licences that follow them. Where
a package offers a choice of licences, this one takes MIT if it can.
`;

/** @param {string} root the repository */
export async function writeThirdParty(root) {
  await incremental({
    root,
    name: "third-party notices",
    inputs: [
      "scripts/build/third-party.mjs",
      "Cargo.lock",
      "package-lock.json",
      "src/wasm/Cargo.toml",
      METAFILE,
    ],
    outputs: ["pkg/THIRD_PARTY.md"],
    work: async (progress) => {
      const packages = [...bundledPackages(root), ...(await compiledCrates(root, progress))];
      writeFileSync(join(root, "pkg", "THIRD_PARTY.md"), notices(packages));
    },
  });
}

function bundledPackages(root) {
  if (!existsSync(join(root, METAFILE))) return [];
  const { inputs } = JSON.parse(readFileSync(join(root, METAFILE), "utf8"));
  const names = Object.keys(inputs).map((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1]);
  return [...new Set(names)]
    .filter((name) => name !== undefined)
    .sort()
    .map((name) => {
      const folder = join(root, "node_modules", name);
      const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
      return { name, version, license, text: licenseText(folder) };
    });
}

// Crates that only run while compiling, such as procedural macros, leave no code of theirs behind.
async function compiledCrates(root, progress) {
  const args = ["metadata", "--format-version", "1", "--filter-platform", "wasm32-unknown-unknown"];
  const metadata = JSON.parse(await quiet("cargo", args, { cwd: root, progress }));
  const packages = new Map(metadata.packages.map((crate) => [crate.id, crate]));
  const nodes = new Map(metadata.resolve.nodes.map((node) => [node.id, node]));
  const isMacro = (id) => packages.get(id).targets.some(({ kind }) => kind.includes("proc-macro"));

  const start = metadata.packages.find(({ name }) => name === "luminoracore-wasm");
  const reached = new Set([start.id]);
  for (const id of reached) {
    for (const { pkg, dep_kinds: kinds } of nodes.get(id).deps) {
      if (kinds.some(({ kind }) => kind === null) && !isMacro(pkg)) reached.add(pkg);
    }
  }
  return [...reached]
    .filter((id) => !metadata.workspace_members.includes(id))
    .map((id) => packages.get(id))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, version, license, manifest_path: manifest }) => {
      return { name, version, license, text: licenseText(dirname(manifest)) };
    });
}

function licenseText(folder) {
  const names = readdirSync(folder).filter((name) => /^(licen[cs]e|copying)/i.test(name));
  const chosen = names.find((name) => /mit/i.test(name)) ?? names.sort()[0];
  return chosen ? readFileSync(join(folder, chosen), "utf8").replaceAll("\r\n", "\n").trim() : undefined;
}

// Packages under the same words share one copy of them.
function notices(packages) {
  const groups = new Map();
  for (const part of packages) {
    const text = part.text ?? `Licence: ${part.license}`;
    groups.set(text, [...(groups.get(text) ?? []), part]);
  }
  const sections = [...groups].map(([text, parts]) => {
    const list = parts.map(({ name, version, license }) => `- ${name} ${version} (${license})`);
    return `${list.join("\n")}\n\n\`\`\`text\n${text}\n\`\`\`\n`;
  });
  return [INTRODUCTION, ...sections].join("\n");
}
