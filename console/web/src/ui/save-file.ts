/** Offers `content` to the person as a file to keep. */
export function saveFile(content: string | Uint8Array<ArrayBuffer>, name: string): void {
  const url = URL.createObjectURL(new Blob([content], { type: 'application/octet-stream' }));
  saveAddress(url, name);
  // The download has taken its own hold of the content by the next task.
  setTimeout(() => URL.revokeObjectURL(url));
}

/** Has the browser fetch what stands at `url` as a file; without a `name` the server names it. */
export function saveAddress(url: string, name = ''): void {
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
}
