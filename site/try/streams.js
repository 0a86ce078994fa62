// Bytes that arrive, are unpacked, are packed.

async function through(bytes, stream) {
  return new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(stream)).arrayBuffer());
}

export const deflate = (bytes) => through(bytes, new CompressionStream("deflate"));
export const inflate = (bytes) => through(bytes, new DecompressionStream("deflate"));

// A file of this page that was packed with gzip, since few servers pack such files on their way;
// report(bytes of each part that arrives).
export async function fetchPacked(name, report) {
  const answer = await fetch(new URL(name, import.meta.url));
  if (!answer.ok) throw new Error(`${name} is missing on this server (${answer.status}).`);
  const counted = new TransformStream({
    transform(part, controller) {
      report(part.byteLength);
      controller.enqueue(part);
    },
  });
  const unpacked = answer.body.pipeThrough(counted).pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(unpacked).arrayBuffer());
}
