/** Codes of the contract that Intl does not list: funds, metals, and currencies that were replaced. */
const UNLISTED = 'CLF CUC HRK MRO MXV SLL USN UYI VEF XAG XAU XBA XBB XBC XBD XPD XPT XTS XUA XXX ZWL'.split(' ');

const CURRENCIES = new Set([...Intl.supportedValuesOf('currency'), ...UNLISTED]);

/** Whether it is a currency code of ISO 4217, `EUR`. */
export function isCurrency(code: string): boolean {
  return CURRENCIES.has(code);
}
