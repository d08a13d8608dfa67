/** Money in USD, from decimal strings, with as many digits as the amount needs. */

/** Below this an amount is only said to be smaller. */
const LEAST = 0.000001;
const FAR_BEHIND = 0.0001;

/**
 * `$12.34`, `$0.0123`, `$0.000123`, `$0.0000045`: two decimals from one dollar up, else three significant digits, or
 * two where they stand far behind the point, without idle zeros; `<$0.000001` below that. What is not a number comes
 * back as it is, rather than as a wrong amount.
 */
export function formatCost(decimal: string, locale: string): string {
  const value = Number(decimal);
  if (decimal.trim() === '' || !Number.isFinite(value)) return decimal;
  if (value === 0) return '$0';
  const size = Math.abs(value);
  const sign = value < 0 ? '-' : '';
  if (size >= 1) {
    const digits = { minimumFractionDigits: 2, maximumFractionDigits: 2 };
    return `${sign}$${new Intl.NumberFormat(locale, digits).format(size)}`;
  }
  if (size < LEAST) return `<${sign}$${LEAST.toFixed(6)}`;
  const significant = size < FAR_BEHIND ? 2 : 3;
  const decimals = significant - 1 - Math.floor(Math.log10(size));
  return `${sign}$${size.toFixed(decimals).replace(/\.?0+$/, '')}`;
}

/** The amount in full, for a tooltip: `$0.000123450000` without idle zeros. */
export function formatExactCost(decimal: string): string {
  const [whole = '0', fraction = ''] = decimal.split('.');
  const kept = fraction.replace(/0+$/, '');
  return `$${whole}${kept ? `.${kept}` : ''}`;
}
