import { expect, it } from "vitest";
import { rendered } from "../../src/parts/noteHtml";

function page(text: string, run?: string): HTMLElement {
  const element = document.createElement("div");
  element.innerHTML = rendered(text, run);
  return element;
}

it("HTML in a note is text", () => {
  const found = page("<script>alert(1)</script>\n\na <img src=x onerror=alert(1)> <b>b</b>");
  expect(found.querySelectorAll("script, img, b").length).toBe(0);
  expect(found.textContent).toContain("<script>alert(1)</script>");
});

it("a link opens elsewhere and tells nobody where from", () => {
  const found = page("[a](https://example.com/x) https://example.com/y [b](foo/bar)").querySelectorAll("a");
  expect([...found].map((one) => [one.target, one.rel])).toEqual(Array(3).fill(["_blank", "noreferrer noopener"]));
});

it("a link to a place on the page stays in its tab", () => {
  expect(page("[a run](#/runs/abc)").querySelector("a")?.target).toBe("");
});

it.each(["javascript:alert(1)", "vbscript:x", "data:text/html,<script>alert(1)</script>", "JaVaScRiPt:alert(1)"])(
  "%s is no link",
  (to) => {
    const found = page(`[x](${to}) ![y](${to})`);
    expect(found.querySelectorAll("a, img").length).toBe(0);
  },
);

it("a picture of the network becomes a link to it", () => {
  const found = page("![a chart](https://example.com/a.png) ![](//example.com/b.png) ![own](c.png)");
  expect(found.querySelectorAll("img").length).toBe(0);
  const link = found.querySelector("a");
  expect([link?.getAttribute("href"), link?.textContent, link?.rel]).toEqual([
    "https://example.com/a.png",
    "picture: a chart",
    "noreferrer noopener",
  ]);
  expect(found.textContent).toContain("picture: own");
});

it("a picture that is written out, or an artifact of the run, is shown", () => {
  const written = page("![x](data:image/png;base64,iVBORw0KGgo=)").querySelector("img");
  expect(written?.getAttribute("src")).toBe("data:image/png;base64,iVBORw0KGgo=");
  const own = page('![say "hi"](artifact:samples/in%20put)', "0a1b").querySelector("img");
  expect(own?.getAttribute("src")).toMatch(/\/v1\/runs\/0a1b\/content\?name=samples%2Fin(\+|%20)put$/);
  expect(own?.getAttribute("alt")).toBe('say "hi"');
  expect(page("![x](artifact:a)").querySelector("img")).toBeNull();
});

it("a picture that is written out may be no drawing, which could hold a script", () => {
  expect(page("![x](data:image/svg+xml;base64,PHN2Zz4=)").querySelector("img")).toBeNull();
});
