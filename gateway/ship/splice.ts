/**
 * Adds bodies to spans that are already serialised. The SDK's serialiser would copy a body some eight times (its own
 * copy, the write, and a shift for the length of each message around it); here it is not copied at all.
 *
 * It rests on two rules of the protobuf encoding: fields may come in any order, so an attribute may be appended at a
 * span's end; and a message is its length and its bytes, so only the lengths around it change.
 */

/** Field numbers of opentelemetry.proto.trace.v1, the same at each level by luck: spans lie in field 2. */
const RESOURCE_SPANS = 1;
const SCOPE_SPANS = 2;
const SPANS = 2;
const SPAN_ATTRIBUTES = 9;

/** An attribute whose value is the bytes of all its pieces. */
export type BytesAttribute = { key: string; pieces: readonly Uint8Array[] };

type Field = { number: number; start: number; bodyStart: number; end: number };

/**
 * The request `bytes` (an ExportTraceServiceRequest) as chunks, with `attributes[i]` appended to its i-th span.
 * @throws Error where the number of spans is another, or the bytes are no such request
 */
export function spliceAttributes(bytes: Uint8Array, attributes: readonly BytesAttribute[][]): Buffer[] {
  const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const state = { source, attributes, next: 0 };
  const { chunks } = rebuild(state, { start: 0, end: source.length }, [RESOURCE_SPANS, SCOPE_SPANS, SPANS]);
  if (state.next !== attributes.length)
    throw new Error(`${state.next} spans, but bodies of ${attributes.length}`);
  return chunks;
}

type State = { source: Buffer; attributes: readonly BytesAttribute[][]; next: number };
type Rebuilt = { chunks: Buffer[]; length: number };

/** A message with everything below `path` rebuilt; at the path's end are the spans. */
function rebuild(state: State, message: { start: number; end: number }, path: readonly number[]): Rebuilt {
  const [wanted, ...deeper] = path;
  const out: Rebuilt = { chunks: [], length: 0 };
  let copied = message.start;
  for (let at = message.start; at < message.end;) {
    const field = readField(state.source, at);
    at = field.end;
    if (field.number !== wanted) continue;
    add(out, state.source.subarray(copied, field.start));
    copied = field.end;
    const inner =
      deeper.length > 0
        ? rebuild(state, { start: field.bodyStart, end: field.end }, deeper)
        : withAttributes(
            state.source.subarray(field.bodyStart, field.end),
            state.attributes[state.next++] ?? [],
          );
    add(out, encodeHead(field.number, inner.length));
    for (const chunk of inner.chunks) add(out, chunk);
  }
  add(out, state.source.subarray(copied, message.end));
  return out;
}

function add(out: Rebuilt, chunk: Buffer): void {
  if (chunk.length === 0) return;
  out.chunks.push(chunk);
  out.length += chunk.length;
}

function withAttributes(span: Buffer, attributes: readonly BytesAttribute[]): Rebuilt {
  const out: Rebuilt = { chunks: [], length: 0 };
  add(out, span);
  for (const { key, pieces } of attributes) {
    const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
    const anyValue = encodeHead(7, length); // AnyValue.bytes_value = 7
    const name = Buffer.from(key);
    const head = [encodeHead(1, name.length), name, encodeHead(2, anyValue.length + length), anyValue];
    const inner = Buffer.concat(head); // KeyValue.key = 1, KeyValue.value = 2
    add(out, Buffer.concat([encodeHead(SPAN_ATTRIBUTES, inner.length + length), inner]));
    for (const piece of pieces) add(out, Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength));
  }
  return out;
}

/** Tag and length of a length-delimited field. */
function encodeHead(number: number, length: number): Buffer {
  const head = [(number << 3) | 2];
  let rest = length;
  while (rest >= 0x80) {
    head.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  return Buffer.from([...head, rest]);
}

function readVarint(source: Buffer, from: number): { value: number; end: number } {
  let value = 0;
  let scale = 1;
  for (let at = from; at < source.length; at++) {
    const byte = source[at] ?? 0;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return { value, end: at + 1 };
    scale *= 0x80;
  }
  throw new Error('a varint does not end');
}

function readField(source: Buffer, start: number): Field {
  const tag = readVarint(source, start);
  const number = tag.value >>> 3;
  switch (tag.value & 7) {
    case 0:
      return { number, start, bodyStart: tag.end, end: readVarint(source, tag.end).end };
    case 1:
      return { number, start, bodyStart: tag.end, end: tag.end + 8 };
    case 2: {
      const length = readVarint(source, tag.end);
      return { number, start, bodyStart: length.end, end: length.end + length.value };
    }
    case 5:
      return { number, start, bodyStart: tag.end, end: tag.end + 4 };
    default:
      throw new Error(`unknown wire type ${tag.value & 7}`);
  }
}
