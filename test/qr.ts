import { decode } from "fast-png";
import jsQR from "jsqr";

const PREFIX = "data:image/png;base64,";

/** What a phone reads from the picture: strict about the PNG (its checksums too), then about the code. */
export function scan(dataUri: string): { text: string | undefined; width: number; height: number } {
  if (!dataUri.startsWith(PREFIX)) throw new Error("not a data URI of a PNG");
  const file = Uint8Array.from(atob(dataUri.slice(PREFIX.length)), (char) => char.charCodeAt(0));
  const { width, height, depth, channels, data } = decode(file, { checkCrc: true });
  if (depth !== 1 || channels !== 1) throw new Error("not one bit of grey a pixel");
  const bytesPerLine = Math.ceil(width / 8);
  const pixels = new Uint8ClampedArray(4 * width * height).fill(255);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const white = ((data[y * bytesPerLine + (x >> 3)] ?? 0) >> (7 - (x & 7))) & 1;
      pixels.fill(white * 255, 4 * (y * width + x), 4 * (y * width + x) + 3);
    }
  }
  return { text: jsQR(pixels, width, height)?.data, width, height };
}
