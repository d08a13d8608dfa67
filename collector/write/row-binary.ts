/**
 * ClickHouse's RowBinary: values one after the other, little-endian, strings with a LEB128 length. Chosen over JSON
 * because bodies are bytes: nothing is escaped, and what is no UTF-8 arrives as it was.
 */

/** A growing buffer of one batch's rows. */
export class RowBinaryWriter {
  #buffer: Buffer;
  #at = 0;

  constructor(initialBytes = 1 << 20) {
    this.#buffer = Buffer.allocUnsafe(initialBytes);
  }

  #room(bytes: number): void {
    if (this.#at + bytes <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#at + bytes));
    this.#buffer.copy(larger, 0, 0, this.#at);
    this.#buffer = larger;
  }

  uint8(value: number): void {
    this.#room(1);
    this.#at = this.#buffer.writeUInt8(value, this.#at);
  }

  uint16(value: number): void {
    this.#room(2);
    this.#at = this.#buffer.writeUInt16LE(value, this.#at);
  }

  uint32(value: number): void {
    this.#room(4);
    this.#at = this.#buffer.writeUInt32LE(value, this.#at);
  }

  int32(value: number): void {
    this.#room(4);
    this.#at = this.#buffer.writeInt32LE(value, this.#at);
  }

  uint64(value: bigint): void {
    this.#room(8);
    this.#at = this.#buffer.writeBigUInt64LE(value, this.#at);
  }

  int64(value: bigint): void {
    this.#room(8);
    this.#at = this.#buffer.writeBigInt64LE(value, this.#at);
  }

  float64(value: number): void {
    this.#room(8);
    this.#at = this.#buffer.writeDoubleLE(value, this.#at);
  }

  length(value: number): void {
    this.#room(10);
    let rest = value;
    while (rest >= 0x80) {
      this.#at = this.#buffer.writeUInt8((rest % 0x80) | 0x80, this.#at);
      rest = Math.floor(rest / 0x80);
    }
    this.#at = this.#buffer.writeUInt8(rest, this.#at);
  }

  string(value: string): void {
    const bytes = Buffer.byteLength(value);
    this.length(bytes);
    this.#room(bytes);
    this.#at += this.#buffer.write(value, this.#at, 'utf8');
  }

  bytes(value: Uint8Array): void {
    this.length(value.length);
    this.fixed(value);
  }

  /** Bytes of a FixedString, without a length. */
  fixed(value: Uint8Array): void {
    this.#room(value.length);
    this.#buffer.set(value, this.#at);
    this.#at += value.length;
  }

  finish(): Buffer {
    return this.#buffer.subarray(0, this.#at);
  }
}
