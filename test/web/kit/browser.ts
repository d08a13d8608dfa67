/** Real Chromium, and one page in it with everything that must never happen written down. */
import { AxeBuilder } from '@axe-core/playwright';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

const EXECUTABLE = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export type Visit = {
  page: Page;
  context: BrowserContext;
  /** Errors of the page's scripts, what the CSP refused, and requests to other hosts. */
  misdeeds: string[];
};

export type VisitOptions = {
  locale?: 'en' | 'ja';
  theme?: 'light' | 'dark';
  width?: number;
};

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: EXECUTABLE, args: FLAGS });
}

/** A fresh profile. */
export async function openVisit(browser: Browser, url: string, options: VisitOptions = {}): Promise<Visit> {
  const context = await browser.newContext({
    baseURL: url,
    locale: options.locale === 'ja' ? 'ja-JP' : 'en-US',
    timezoneId: 'Asia/Tokyo',
    colorScheme: options.theme ?? 'light',
    // At rest at once: colours and places are measured.
    reducedMotion: 'reduce',
    viewport: { width: options.width ?? 1280, height: 800 },
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  const page = await context.newPage();
  const misdeeds: string[] = [];
  page.on('pageerror', (error) => misdeeds.push(`error: ${error.message}`));
  page.on('console', (message) => {
    // A failed request is the test's own doing; the rest is not.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
      misdeeds.push(`console: ${message.text()}`);
    }
    if (message.type() === 'warning') misdeeds.push(`warning: ${message.text()}`);
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(url) && !/^(data|blob):/.test(request.url())) {
      misdeeds.push(`request: ${request.url()}`);
    }
  });
  return { page, context, misdeeds };
}

/** What axe finds against WCAG 2.2 AA, in lines that name rule and place. */
export async function findBarriers(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page })
    // Without frames there is nothing to gather in a page of its own.
    .setLegacyMode(true)
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
    .analyze();
  return violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.target.join(' ')} ${node.failureSummary ?? ''}`),
  );
}
