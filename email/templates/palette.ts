/** The colours of the built-in mails. Each text stands on its background with a contrast of 4.5 : 1 or more (WCAG 2 AA; a test computes it). */
export const PALETTE = {
  light: {
    page: '#f2f4f7',
    card: '#ffffff',
    box: '#f7f8fa',
    heading: '#151b26',
    text: '#27303f',
    quiet: '#596373',
    button: '#1f5fd0',
    buttonText: '#ffffff',
  },
  dark: {
    page: '#12161d',
    card: '#1c222c',
    box: '#262d39',
    heading: '#f4f6f9',
    text: '#dfe4ec',
    quiet: '#a8b2c1',
    button: '#9cc0ff',
    buttonText: '#10151d',
  },
} as const;
