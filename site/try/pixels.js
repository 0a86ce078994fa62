// A picture file -> its pixels, upright, in the sRGB colours that the screen shows.

export const MOST_PIXELS = 50e6;
const STRIP = 256; // rows that are read at once: phones refuse a canvas as large as a photograph

// {width, height, rgb}: three bytes a pixel. Throws one sentence.
export async function readPixels(file) {
  const bitmap = await decoded(file);
  const { width, height } = bitmap;
  try {
    checkSize(width, height);
    const rgb = new Uint8Array(3 * width * height);
    const canvas = new OffscreenCanvas(width, Math.min(STRIP, height));
    const context = canvas.getContext("2d", { willReadFrequently: true });
    context.fillStyle = "white"; // under what is transparent
    for (let top = 0; top < height; top += STRIP) {
      const rows = Math.min(STRIP, height - top);
      context.fillRect(0, 0, width, rows);
      context.drawImage(bitmap, 0, -top);
      const { data } = context.getImageData(0, 0, width, rows);
      for (let i = 0, k = 3 * top * width; i < data.length; i += 4, k += 3) {
        rgb[k] = data[i];
        rgb[k + 1] = data[i + 1];
        rgb[k + 2] = data[i + 2];
      }
    }
    return { width, height, rgb };
  } finally {
    bitmap.close();
  }
}

async function decoded(file) {
  try {
    return await createImageBitmap(file);
  } catch {
    throw new Error(
      "This is no picture that your browser can read: choose a JPEG, PNG or WebP file.",
    );
  }
}

export function checkSize(width, height) {
  if (width * height <= MOST_PIXELS) return;
  throw new Error(
    `This picture has ${Math.round((width * height) / 1e6)} megapixels, and this page takes ` +
      `${MOST_PIXELS / 1e6}: shrink it first, or use the course on your own computer.`,
  );
}
