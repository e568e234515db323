/** The elements of a saved page that hold its data; each is looked into when somebody asks for it. */

/** Texts of elements, by what they are called. */
export class Elements {
  private readonly found = new Map<string, Element>();

  constructor(root: ParentNode) {
    for (const one of root.querySelectorAll<HTMLElement>("script[data-saved]")) {
      this.found.set(one.dataset.saved ?? "", one);
    }
  }

  has(name: string): boolean {
    return this.found.has(name);
  }

  text(name: string): string | null {
    return this.found.get(name)?.textContent ?? null;
  }

  json<T>(name: string): T | null {
    const text = this.text(name);
    return text === null ? null : (JSON.parse(text) as T);
  }
}
