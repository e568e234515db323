/** A chart as a picture: what its canvas shows, on the page's ground. */

export async function panelPicture(panel: HTMLElement | null): Promise<Blob | null> {
  const source = panel?.querySelector<HTMLCanvasElement>(".uplot canvas");
  if (panel === null || source === null || source === undefined) return null;
  const canvas = document.createElement("canvas");
  canvas.width = source.width;
  canvas.height = source.height;
  const context = canvas.getContext("2d");
  if (context === null) return null;
  context.fillStyle = getComputedStyle(document.body).backgroundColor;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(source, 0, 0);
  return new Promise((resolve) => canvas.toBlob(resolve));
}
