// Runs before the first paint, so that neither theme nor language flashes. A file of its own because the CSP
// allows no inline script. src/settings/settings.ts and src/messages/locale.ts write what is read here.
{
  const stored = {};
  try {
    Object.assign(stored, { theme: localStorage['sekisho.theme'], locale: localStorage['sekisho.locale'] });
  } catch {
    // storage switched off: as the system says
  }
  const prefersDark = matchMedia('(prefers-color-scheme: dark)').matches;
  document.documentElement.dataset.theme = stored.theme ?? (prefersDark ? 'dark' : 'light');
  document.documentElement.lang = (stored.locale ?? navigator.language).startsWith('ja') ? 'ja' : 'en';
}
