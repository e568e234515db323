/** Bytes of a saved page: base64 in its elements, and what is deflated within. */

type WithBase64 = { readonly fromBase64?: (text: string) => Uint8Array<ArrayBuffer> };

/** The bytes of a text of base64. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const native = (Uint8Array as unknown as WithBase64).fromBase64;
  if (native !== undefined) return native.call(Uint8Array, text);
  const letters = atob(text);
  const bytes = new Uint8Array(letters.length);
  for (let at = 0; at < letters.length; at += 1) bytes[at] = letters.charCodeAt(at);
  return bytes;
}

/** What was deflated; the browser does it beside the page. */
export async function inflated(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
