/**
 * Notes from Markdown to HTML. What a note says is text and never a page: HTML in it is shown as it stands, links open
 * elsewhere and tell nobody where from, and no picture is fetched from the network: what is not the run's own or
 * written out in the note becomes a link to it.
 */

import MarkdownIt from "markdown-it";
import { address } from "../api/client";

const OWN = "artifact:";
const WRITTEN_OUT = /^data:image\/(png|jpeg|gif|webp);base64,/i;

const markdown = new MarkdownIt({ html: false, linkify: true, breaks: true });
const usual = markdown.renderer.rules.link_open;

markdown.renderer.rules.link_open = (tokens, at, options, env, self) => {
  const token = tokens[at];
  const to = String(token?.attrGet("href") ?? "");
  const own = ownAddress(to, env?.run);
  if (own !== null) token?.attrSet("href", own);
  // A place on this page is gone to in this tab.
  if (!to.startsWith("#")) {
    token?.attrSet("target", "_blank");
    token?.attrSet("rel", "noreferrer noopener");
  }
  return usual === undefined ? self.renderToken(tokens, at, options) : usual(tokens, at, options, env, self);
};

markdown.renderer.rules.image = (tokens, at, options, env, self) => {
  const token = tokens[at];
  const source = String(token?.attrGet("src") ?? "");
  const label = self.renderInlineAsText(token?.children ?? [], options, env);
  const shown = WRITTEN_OUT.test(source) ? source : ownAddress(source, env?.run);
  const { escapeHtml } = markdown.utils;
  if (shown !== null) return `<img src="${escapeHtml(shown)}" alt="${escapeHtml(label)}" loading="lazy">`;
  const told = escapeHtml(label === "" ? source : label);
  if (/^https?:/i.test(source)) {
    return `<a href="${escapeHtml(source)}" target="_blank" rel="noreferrer noopener">picture: ${told}</a>`;
  }
  return `<span class="dim">picture: ${told}</span>`;
};

/**
 * A note as HTML that can be put into a page.
 *
 * @param run The run whose artifacts `artifact:NAME` means.
 */
export function rendered(text: string, run?: string): string {
  return markdown.render(text, { run });
}

function ownAddress(to: string, run: unknown): string | null {
  if (!to.startsWith(OWN) || typeof run !== "string") return null;
  let name = to.slice(OWN.length);
  try {
    name = decodeURIComponent(name);
  } catch {
    // A lone % stands for itself.
  }
  return address(`/v1/runs/${run}/content`, { name });
}
