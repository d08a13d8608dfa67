/**
 * Puts `text` on the clipboard; false when the browser refuses. The clipboard API exists in secure contexts only;
 * a console reached by plain http on another host takes the older way.
 */
export async function copyText(text: string): Promise<boolean> {
  try {
    if (navigator.clipboard) {
      await navigator.clipboard.writeText(text);
      return true;
    }
  } catch {
    // refused: try the other way
  }
  const area = document.createElement('textarea');
  area.value = text;
  area.setAttribute('aria-hidden', 'true');
  area.className = 'fixed opacity-0';
  const holder = document.activeElement as HTMLElement | null;
  (holder?.closest('dialog') ?? document.body).append(area);
  area.select();
  // Deprecated, and still the only way there.
  const done = document.execCommand('copy');
  area.remove();
  holder?.focus();
  return done;
}
