// The page as one file without anything beside it, to which runs are added when they are saved: docs/formats/page.md.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import type { InlineConfig, Plugin } from "vite";

const WEB = fileURLToPath(new URL(".", import.meta.url));
export const SAVED = "saved.html";

/** All of it is built into one script and one style, and these are put into `saved.html`. */
export const savedConfig: InlineConfig = {
  root: WEB,
  configFile: false,
  logLevel: "warn",
  publicDir: false,
  plugins: [react(), oneFile()],
  build: {
    outDir: "../src/assay/serving/page",
    emptyOutDir: false,
    target: "es2022",
    cssCodeSplit: false,
    modulePreload: false,
    chunkSizeWarningLimit: 2000,
    rolldownOptions: {
      input: "src/saved/main.ts",
      output: { format: "iife", codeSplitting: false },
      // What loads the chunks of a page asks where it is; here there are none to load.
      transform: { define: { "import.meta": "{}" } },
    },
  },
};

function oneFile(): Plugin {
  return {
    name: "one-file",
    enforce: "post",
    generateBundle(_, bundle) {
      let script = "";
      let style = "";
      for (const [name, one] of Object.entries(bundle)) {
        if (one.type === "chunk") script += one.code;
        else if (name.endsWith(".css")) style += one.source.toString();
        delete bundle[name];
      }
      this.emitFile({ type: "asset", fileName: SAVED, source: assembled(script, style) });
    },
  };
}

function assembled(script: string, style: string): string {
  const parts = { LOOK: asciiScript(read("public/look.js")), SCRIPT: asciiScript(script), STYLE: asciiStyle(style) };
  const hashes = [parts.LOOK, parts.SCRIPT].map(
    (one) => `'sha256-${createHash("sha256").update(one).digest("base64")}'`,
  );
  const policy = [
    "default-src 'none'",
    `script-src ${hashes.join(" ")}`,
    "style-src 'unsafe-inline'",
    "img-src data: blob:",
    "media-src data: blob:",
    "connect-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  const icon = `data:image/svg+xml,${encodeURIComponent(read("public/icon.svg").trim())}`;
  const texts: Record<string, string> = { ...parts, POLICY: policy, ICON: icon };
  return read(SAVED).replace(/%([A-Z]+)%/g, (_, name: string) => texts[name] ?? "");
}

function read(name: string): string {
  return readFileSync(`${WEB}${name}`, "utf-8");
}

/** A script that a mail's gateway can't alter by taking it for another encoding, and that does not end its element. */
function asciiScript(script: string): string {
  return script
    .replace(/[\x7f-\uffff]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .replace(/<(?=\/script|!--|script)/gi, "\\x3c");
}

function asciiStyle(style: string): string {
  return style
    .replace(/[^\x20-\x7e\n]/gu, (sign) => `\\${sign.codePointAt(0)?.toString(16)} `)
    .replaceAll("</", "<\\/");
}
