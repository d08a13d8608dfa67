/** A span as the receiver hands it on: decoded OTLP, its attributes as a Map (no prototype, whatever the keys are). */
export type AttributeValue = string | number | boolean | Buffer | AttributeValue[] | undefined;

export type DecodedSpan = {
  /** 32 and 16 hex digits; the parent '' for a root. */
  trace_id: string;
  span_id: string;
  parent_span_id: string;
  name: string;
  /** Milliseconds since the epoch. */
  started_at: number;
  ended_at: number;
  attributes: Map<string, AttributeValue>;
};

export const attribute = {
  text(span: DecodedSpan, key: string): string {
    const value = span.attributes.get(key);
    return typeof value === 'string' ? value : '';
  },
  number(span: DecodedSpan, key: string): number {
    const value = span.attributes.get(key);
    return typeof value === 'number' && Number.isFinite(value) ? value : 0;
  },
  flag(span: DecodedSpan, key: string): boolean {
    return span.attributes.get(key) === true;
  },
  bytes(span: DecodedSpan, key: string): Buffer {
    const value = span.attributes.get(key);
    return Buffer.isBuffer(value) ? value : Buffer.alloc(0);
  },
  /** A header that was recorded as `http.request.header.<name>: [value]`. */
  header(span: DecodedSpan, prefix: string, name: string): string {
    const value = span.attributes.get(prefix + name);
    const first = Array.isArray(value) ? value[0] : value;
    return typeof first === 'string' ? first : '';
  },
};
