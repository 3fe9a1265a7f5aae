import { encode } from "uqr";
import { type Bytes, base64, concat, utf8 } from "../crypto/bytes.ts";

/** ISO/IEC 18004 §9.1: the quiet zone is four modules wide. */
const BORDER_MODULES = 4;
/** An otpauth URI makes about 50 modules: 350 pixels wide, large enough to scan and about 1 KB. */
const PIXELS_PER_MODULE = 6;

/** A QR code of the text as a data URI of a PNG, black on white. */
export async function qrCodeDataUri(text: string): Promise<string> {
  const { data } = encode(text, { ecc: "M", border: BORDER_MODULES });
  return `data:image/png;base64,${base64(await bilevelPng(data))}`;
}

/** PNG (third edition) of squares, true for black: one bit a pixel, greyscale, each line behind filter type 0. */
async function bilevelPng(modules: readonly (readonly boolean[])[]): Promise<Bytes> {
  const side = modules.length * PIXELS_PER_MODULE;
  const header = new DataView(new ArrayBuffer(13));
  header.setUint32(0, side);
  header.setUint32(4, side);
  header.setUint8(8, 1); // bit depth; colour type, compression, filter and interlace methods are 0
  const lines = modules.map((row) => lineOf(row, side));
  const image = concat(...lines.flatMap((line) => Array<Bytes>(PIXELS_PER_MODULE).fill(line)));
  return concat(
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    chunk("IHDR", new Uint8Array(header.buffer)),
    chunk("IDAT", await zlib(image)),
    chunk("IEND", new Uint8Array(0)),
  );
}

function lineOf(row: readonly boolean[], side: number): Bytes {
  const line = new Uint8Array(1 + Math.ceil(side / 8));
  for (let x = 0; x < side; x++) {
    const white = row[Math.floor(x / PIXELS_PER_MODULE)] !== true;
    if (white) line[1 + (x >> 3)] = (line[1 + (x >> 3)] ?? 0) | (0x80 >> (x & 7));
  }
  return line;
}

/** RFC 1950, which is what the platform calls `deflate`. */
async function zlib(bytes: Bytes): Promise<Bytes> {
  const compressed = new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate"));
  return new Uint8Array(await new Response(compressed).arrayBuffer());
}

function chunk(type: string, body: Bytes): Bytes {
  const typed = concat(utf8(type), body);
  return concat(uint32(body.length), typed, uint32(crc32(typed)));
}

function uint32(value: number): Bytes {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, value);
  return new Uint8Array(view.buffer);
}

/** ISO 3309, bit by bit: the image is too small for a table to pay. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}
