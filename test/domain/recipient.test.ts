import { describe, expect, it } from 'vitest';
import { contactAffects } from '../../domain/affects.js';
import { recipientOf, recipientText } from '../../domain/recipient.js';
import { explainStep } from '../../domain/explain-step.js';
import type { ContactFacts } from '../../domain/facts.js';
import { Life, action, customer, stand } from './support.js';

const contact = (email: string, rest: Partial<ContactFacts> = {}): ContactFacts => ({
  email,
  name: null,
  invoiceMailOff: false,
  ...rest,
});
const falling = action('wact_1', { fallbackToContacts: true });
const [first, second] = [contact('one@acme.example', { name: 'Accounts' }), contact('two@acme.example')];
const own = { customer: customer({ email: 'ap@acme.example' }) };
const gone = ['ap@acme.example'];

describe('the To of a mail (S-E1, S-E6)', () => {
  it.each([
    ['the customer', { suppressed: [] }, 'ap@acme.example'],
    [
      'the first contact when the customer is suppressed',
      { suppressed: gone },
      'one@acme.example (a contact, because the customer’s own address is suppressed)',
    ],
    [
      'the first contact when the customer has no address',
      { suppressed: [], customer: customer({ email: null }) },
      'one@acme.example (a contact, because the customer has no e-mail address)',
    ],
    [
      'not a contact who is suppressed, too',
      { suppressed: [...gone, 'one@acme.example'] },
      'two@acme.example (a contact, because the customer’s own address is suppressed)',
    ],
    [
      'not a contact who has switched invoice mails off',
      { suppressed: gone, contacts: [{ ...first, invoiceMailOff: true }, second] },
      'two@acme.example (a contact, because the customer’s own address is suppressed)',
    ],
  ])('is %s', (_what, change, expected) => {
    const to = recipientOf(falling, { ...own, contacts: [first, second], ...change });
    expect('email' in to ? recipientText(to) : to).toBe(expected);
  });

  it('is nobody when the action does not ask for a contact, or there is none', () => {
    const reach = { ...own, contacts: [first], suppressed: gone };
    expect(recipientOf(action(), reach)).toEqual({ blocked: 'suppressed' });
    expect(recipientOf(falling, { ...reach, contacts: [] })).toEqual({ blocked: 'suppressed' });
    expect(recipientOf(action(), { ...reach, customer: customer({ email: null }) })).toEqual({
      blocked: 'no_recipient',
    });
  });

  it('lets a step go where one of its actions can mail somebody', () => {
    const life = new Life('2026-01-09T10:00', { suppressed: gone, contacts: [first], actions: [action(), falling] });
    expect(stand(life.at('2026-01-17T00:00'))).toBe('WAITING for 7-DAY at 2026-01-17T00:00Z');
    const alone = new Life('2026-01-09T10:00', { suppressed: gone, contacts: [first] });
    expect(stand(alone.at('2026-01-17T00:00'))).toMatch(/^BLOCKED suppressed/);
  });

  it('is told by explain before the mail goes', () => {
    const life = new Life('2026-01-09T10:00', { suppressed: gone, contacts: [first], actions: [falling] });
    const counting = { variant: 'OVERDUE', anchorAt: null, zone: 'UTC', singleStepManual: false } as const;
    const told = (change = {}): string[] => {
      const [step] = life.context.run.steps;
      if (!step) throw new Error('The run has no steps.');
      return [...explainStep(step, [], { ...life.context, ...change }, counting).outcome];
    };
    expect(told()).toEqual([
      'It goes then, to one@acme.example (a contact, because the customer’s own address is suppressed).',
    ]);
    expect(told({ actions: [action()] })).toEqual([
      'It goes then, if ap@acme.example is not suppressed any more by then.',
    ]);
    expect(told({ suppressed: [] })).toEqual(['It goes then, to ap@acme.example.']);
  });
});

describe('a change of a contact', () => {
  it.each([
    ['a new address', null, first, true],
    ['another address', first, second, true],
    ['mails switched on', { ...first, invoiceMailOff: true }, first, true],
    ['nothing', first, first, false],
    ['no address any more', first, null, false],
  ])('%s: wakes runs that could mail nobody', (_what, before, after, expected) => {
    expect(contactAffects(before, after)).toBe(expected);
  });
});
