/**
 * Characters that show nothing and change how what stands around them is read: directions (Unicode TR9 §2, which let a name
 * run backwards), blanks without width, soft hyphens and tags. Joiners (U+200C, U+200D) stay: Persian, Indian scripts and
 * emoji are written with them.
 */
const UNSEEN = /[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e007f}]/gu;

/** CR, LF and NUL are not here: whether they are allowed is for whoever uses the text. */
// eslint-disable-next-line no-control-regex -- these are the characters to find
const OTHER_CONTROLS = /[\u0001-\u0009\u000b\u000c\u000e-\u001f\u007f-\u009f\u2028\u2029]+/g;

/** What somebody typed, as it may stand in a mail: nothing invisible in it, and a blank where a control character was. */
export function visibleText(value: string): string {
  return value.replace(UNSEEN, '').replace(OTHER_CONTROLS, ' ');
}
