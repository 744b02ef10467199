import { describe, expect, it } from 'vitest';
import type { MailTemplate, TemplatePartial } from '../../contracts/mail-template.js';
import { VARIANTS } from '../../domain/variants.js';
import { builtInTemplate } from '../../email/built-in-library.js';
import { builtInPartials } from '../../email/built-in-partials.js';
import { checkTemplate, subjectProblems, unfitVariables } from '../../email/check-template.js';
import { compileMjml } from '../../email/compile-mjml.js';
import { exampleFacts } from '../../email/example-facts.js';
import { createLiquidRenderer, valueOf } from '../../email/liquid-renderer.js';
import { mailValues } from '../../email/mail-values.js';
import { MAIL_VARIABLES, nearestVariable } from '../../email/mail-variables.js';
import { plainText } from '../../email/plain-text.js';

const plain = { subject: 'S', preheader: '', text: null, required: [] };

function problemsOf(html: string, available: Record<string, TemplatePartial> = {}): string[] {
  const result = checkTemplate({ ...plain, html }, html, available);
  return 'problems' in result ? result.problems.map(({ field, message }) => `${field}: ${message}`) : [];
}

function shown(source: Partial<MailTemplate>, available: Record<string, TemplatePartial> = {}, locale = 'en') {
  const whole = { ...plain, html: '<p></p>', ...source };
  const result = checkTemplate(whole, whole.html, available);
  if ('problems' in result) throw new Error(JSON.stringify(result.problems));
  return createLiquidRenderer()(result.template, mailValues(exampleFacts(null, [locale]), locale), locale);
}

describe('the variables', () => {
  it('are exactly the values there are', () => {
    const values = Object.entries(mailValues(exampleFacts(null, ['en']), 'en'));
    const names = values.flatMap(([group, keys]) => Object.keys(keys as object).map((key) => `${group}.${key}`));
    expect([...names, 'locale', 'preheader'].sort()).toEqual(Object.keys(MAIL_VARIABLES).sort());
  });

  it('have values in the example of each variant that they are said to be of, and in no other', () => {
    const may = [
      'invoice.settled',
      'invoice.pdf_attached',
      'wallet.balance_credits',
      'wallet.granted_credits',
      'locale',
      'preheader',
    ];
    for (const variant of VARIANTS) {
      const values = mailValues(exampleFacts(variant, ['en']), 'en') as unknown as Record<
        string,
        Record<string, unknown>
      >;
      for (const [name, { variants }] of Object.entries(MAIL_VARIABLES)) {
        const [group = '', key = ''] = name.split('.');
        if (may.includes(name)) continue;
        expect([variant, name, values[group]?.[key] != null]).toEqual([variant, name, variants.includes(variant)]);
      }
    }
  });

  it('cover every built-in template, in its own variant', async () => {
    for (const variant of VARIANTS) {
      const template = await builtInTemplate(variant.toLowerCase(), 'nl');
      if (!template) throw new Error(variant);
      const result = checkTemplate(template, template.html, {});
      expect(result).toHaveProperty('variables');
      expect('variables' in result && unfitVariables(result.variables, variant)).toEqual([]);
    }
  });

  it('have any name where a call gives them, as long as it is told in full', () => {
    const html = '{% assign first = parameters.lines[0] %}<p>{{ parameters.order.id }}{{ parameters["the note"] }}</p>';
    const result = checkTemplate({ ...plain, html, required: ['parameters.note'] }, html, {});
    expect(result).toMatchObject({ variables: ['parameters.lines', 'parameters.order', 'parameters.the note'] });
    expect(subjectProblems('{{ parameters.note }}', 'OVERDUE')).toEqual([]);
    expect(problemsOf('<p>{{ parameters }}</p>')).toEqual([
      'html: Line 1: variables are named in full, and parameters is not.',
    ]);
    expect(problemsOf('<p>{{ parameters[customer.name] }}</p>')).toEqual([
      'html: Line 1: variables are named in full, and parameters.* is not.',
    ]);
    expect(problemsOf('<a href="{{ parameters.link }}">Pay</a>')).toHaveLength(1);
  });

  it('have no value that nobody gave, nor one that is nested too deeply', () => {
    const deep = (levels: number): unknown => {
      let value: unknown = 'x';
      for (let level = 0; level < levels; level += 1) value = [value];
      return value;
    };
    const values = (parameters: Record<string, unknown>): object =>
      mailValues({ ...exampleFacts(null, ['en']), parameters }, 'en');
    for (const name of ['constructor', '__proto__', 'toString', 'note']) {
      expect(valueOf(values({}), `parameters.${name}`)).toBeNull();
    }
    const order = { id: 7, lines: [{ sku: 'A-1' }], note: '', rush: false };
    const path = (rest: string): unknown => valueOf(values({ order }), `parameters.order.${rest}`);
    expect(['id', 'lines.0.sku', 'rush'].map(path)).toEqual([7, 'A-1', false]);
    for (const none of ['note', 'id.x', 'lines.1.sku', 'lines.constructor', '__proto__.x'])
      expect(path(none)).toBeNull();
    expect(JSON.stringify(values({ x: deep(15) }))).toContain('"x"]');
    expect(JSON.stringify(values({ x: deep(50_000) }))).not.toContain('"x"]');
  });

  it('can be required by a path that a value can have, and by no other', () => {
    const problems = (...required: string[]): unknown => {
      const result = checkTemplate({ ...plain, html: '<p></p>', required }, '<p></p>', {});
      return 'problems' in result ? result.problems.map(({ field }) => field) : [];
    };
    const nested = (levels: number): string => `parameters.a${'.b'.repeat(levels)}`;
    expect(problems('invoice.number', 'parameters.order.id', 'parameters.lines.0.line-no', nested(16))).toEqual([]);
    const none = [
      'parameters.no such-name',
      'parameters.1st',
      'parameters.a-b',
      'parameters.a..b',
      'parameters.a.',
      ' ',
    ];
    const more = [
      'parameters',
      'parameters.',
      'parameters.a[0]',
      nested(17),
      'invoice.number.x',
      'locale',
      'preheader',
    ];
    for (const name of [...none, ...more]) expect([name, problems(name)]).toEqual([name, ['required']]);
    const deep = (levels: number): unknown => (levels === 0 ? 'x' : { b: deep(levels - 1) });
    const given = mailValues({ ...exampleFacts(null, ['en']), parameters: { a: deep(16) } }, 'en');
    expect(valueOf(given, nested(16))).toBe('x');
  });

  it('are found by their nearest name', () => {
    expect(nearestVariable('invoice.numbr')).toBe('invoice.number');
    expect(nearestVariable('customer_name')).toBe('customer.name');
    expect(nearestVariable('x')).toBeNull();
  });
});

describe('a template is refused', () => {
  it.each([
    ['a\n{{ invoice.numbr }}', 'html: Line 2: there is no variable invoice.numbr; did you mean invoice.number?'],
    ['{{ invoice }}', 'html: Line 1: there is no variable invoice.'],
    ['{{ invoice[locale] }}', 'html: Line 1: variables are named in full, and invoice.* is not.'],
    [
      '{{ invoice.number.constructor }}',
      'html: Line 1: there is no variable invoice.number.constructor; did you mean invoice.number?',
    ],
    ['{{ __proto__ }}', 'html: Line 1: there is no variable __proto__.'],
    ['{{ constructor.constructor }}', 'html: Line 1: there is no variable constructor.constructor.'],
    ['{% if invoice.number', 'html: Line 1: tag "{% if invoice.number" not closed.'],
    ['{{ invoice.number | shout }}', 'html: Line 1: undefined filter: shout.'],
    ['{{ invoice.total_quantity | mony }}', 'html: Line 1: undefined filter: mony; did you mean money?'],
    [
      '{{ invoice.total | money }}',
      'html: Line 1: invoice.total is text, formatted already: show it without money, or format invoice.total_quantity.',
    ],
    ['{{ invoice.total_quantity | money: "EURO" }}', 'html: Line 1: EURO is no currency of ISO 4217, such as EUR.'],
    ['{{ invoice.number | sample }}', 'html: Line 1: undefined filter: sample.'],
    ['{% echo customer.name %}', 'html: Line 1: tag "echo" not found.'],
    [
      '{{ customer.name | raw }}',
      'html: Line 1: raw is only for what was captured in the template itself; {{ customer.name | raw }} is not.',
    ],
    ['<script>1</script>', 'html: Line 1: <script> has no place in a mail.'],
    ['<p onclick="x">', 'html: Line 1: onclick has no place in a mail: mail programs run no scripts.'],
    ['<a href="javascript:x">', 'html: Line 1: href may not be a javascript link.'],
    ['<a href={{ invoice.pay_url }}>', 'html: Line 1: put the value of href in quotes.'],
    ['<a href="java&#9;script:x">', 'html: Line 1: href may not be a javascript link.'],
    ['<a href="&#1;java\nscript:x">', 'html: Line 1: href may not be a javascript link.'],
    ['<a href="{% if locale %}javascript:x{% endif %}">', 'html: Line 1: href may not be a javascript link.'],
    [
      '<a href="{{ customer.name }}">',
      'html: Line 1: href may begin with {{ invoice.pay_url }}, and with no other value: that could be a script.',
    ],
    [
      '<a href="{{ "javascript:x" }}">',
      'html: Line 1: href may begin with {{ invoice.pay_url }}, and with no other value: that could be a script.',
    ],
    [
      '<a href="{% if locale %}{{ customer.name }}{% endif %}">',
      'html: Line 1: href may begin with {{ invoice.pay_url }}, and with no other value: that could be a script.',
    ],
    [
      '<a {{ customer.name }}>',
      'html: Line 1: a value has no place in a tag, unless in quotes: it could be any attribute.',
    ],
    ['<{{ customer.name }}>', 'html: a value may not be the name of a tag.'],
    ["{% include '/etc/passwd' %}", 'html: Line 1: there is no partial /etc/passwd.'],
    ["{% layout '../../etc/passwd' %}", 'html: Line 1: there is no partial ../../etc/passwd.'],
    ["{% render 'constructor' %}", 'html: Line 1: there is no partial constructor.'],
    ['{% render customer.name %}', 'html: Line 1: a partial is named in quotes, such as {% render "_footer" %}.'],
    [
      '{% for i in (1..100000000) %}xxxxxxxxxx{% endfor %}',
      expect.stringMatching(/^html: The template cannot be rendered: .*limit exceeded/),
    ],
    [
      '{% for i in (1..1000000) %}xxxxxxxxxx{% endfor %}',
      expect.stringMatching(/^html: The template cannot be rendered: /),
    ],
    [
      '{% assign a = "xxxxxxxxxx" %}{% for i in (1..30) %}{% assign a = a | append: a %}{% endfor %}',
      expect.stringMatching(/memory alloc limit/),
    ],
  ])('%j', (html, problem) => {
    expect(problemsOf(html)).toEqual([problem]);
  });

  it('at once when it is of a kind that takes a reader long: it is not looked at again from every brace, line or partial', () => {
    const startedAt = performance.now();
    expect(problemsOf('{{'.repeat(100_000))).toEqual([expect.stringMatching(/not closed/)]);
    expect(problemsOf('{{1}}\n'.repeat(20_000))).toEqual([
      'html: There are 20000 Liquid tags and outputs, and at most 1000 may be.',
    ]);
    expect(problemsOf('<p onx="">\n'.repeat(18_000))).toHaveLength(100);
    const each = (name: string): TemplatePartial => ({ html: `{% render "${name}" %}`.repeat(1_000), text: null });
    const partials = { _a: each('_b'), _b: each('_c'), _c: { html: '{{ invoice.numbr }}', text: null } };
    expect(problemsOf('{% render "_a" %}', partials)).toEqual([
      'html: Line 1 of _c: there is no variable invoice.numbr; did you mean invoice.number?',
    ]);
    expect(plainText('<div style="display:none'.repeat(20_000))).toBe('');
    expect(performance.now() - startedAt).toBeLessThan(8_000);
  });

  it('not for a link that its author, or the invoice’s own address, begins', () => {
    for (const link of [
      '{{ invoice.pay_url }}?by=mail',
      '{% if invoice.pay_url %}{{ invoice.pay_url }}{% else %}https://acme.example/{{ invoice.number }}{% endif %}',
      'https://acme.example/{% if locale == "nl" %}{{ locale }}{% endif %}',
      'mailto:{{ sender.email }}',
    ]) {
      expect(problemsOf(`<a href="${link}"{% if invoice.settled %} class="grey"{% endif %}>x</a>`)).toEqual([]);
    }
  });

  it('when a partial is wrong, goes round in a circle, or has nothing for the body', () => {
    const partial = (html: string | null, text: string | null = null): TemplatePartial => ({ html, text });
    expect(problemsOf('{% render "_a" %}', { _a: partial('\n{{ zap }}') })).toEqual([
      'html: Line 2 of _a: there is no variable zap.',
    ]);
    const circle = { _a: partial('{% render "_b" %}'), _b: partial('{% render "_a" %}') };
    expect(problemsOf('{% render "_a" %}', circle)).toEqual([
      'html: Line 1 of _b: _a → _b → _a goes round in a circle.',
    ]);
    expect(problemsOf('{% render "_a" %}', { _a: partial(null, 'x') })).toEqual([
      'html: Line 1: the partial _a has no html.',
    ]);
  });

  it('when a partial would show a value unescaped', () => {
    const _a = { html: '{{ words | raw }}', text: null };
    expect(problemsOf('{% render "_a", words: customer.name %}', { _a })).toEqual([
      'html: Line 1: raw is only for what was captured in the template itself; {{ words | raw }} is not.',
    ]);
    expect(problemsOf('{% capture words %}{{ customer.name }}{% endcapture %}{{ words | raw }}')).toEqual([]);
  });

  it('when its subject has more than one line', () => {
    const result = checkTemplate({ ...plain, subject: 'a{{ "\n" }}b', html: '<p>' }, '<p>', {});
    expect(result).toEqual({
      problems: [{ field: 'subject', message: 'It is rendered with a line break or a NUL: put it on one line.' }],
    });
  });
});

describe('MJML', () => {
  const body = (inner: string) =>
    `<mjml><mj-body><mj-section><mj-column>\n${inner}</mj-column></mj-section></mj-body></mjml>`;

  it.each([
    [
      body('<mj-include path="/etc/passwd" />'),
      'Line 2: mj-include reads files; put what is shared into a partial and render it.',
    ],
    [body('<mj-foo />'), "Line 2: Element mj-foo doesn't exist or is not registered."],
    [
      body('{% if locale %}<mj-text>x</mj-text>'),
      'Line 2: MJML drops {% if locale %} there; between components it has to stand inside <mj-raw>.',
    ],
    [
      body('<mj-text>one</mj-column>\n<mj-column><mj-text>TWO</mj-text>'),
      'Line 2: </mj-column> stands where the <mj-text> of line 2 has to be closed first.',
    ],
    [body('<mj-text>x</mj-text>\n</mj-section>'), expect.stringMatching(/^Line 3: <\/mj-section> stands where/)],
    ['<mjml><mj-body></mj-body></mjml>\n</mj-body>', 'Line 2: </mj-body> closes nothing.'],
    [
      body('<mj-text>gone</MJ-TEXT>'),
      'Line 2: </MJ-TEXT> stands where the <mj-text> of line 2 has to be closed first.',
    ],
    ['<mjml>\n<mj-body>', 'Line 2: <mj-body> is not closed.'],
    ['<p>x</p>', 'Malformed MJML. Check that your structure is correct and enclosed in <mjml> tags.'],
  ])('is refused: %j', async (source, problem) => {
    expect(await compileMjml(source, 'en')).toEqual({ problems: [problem] });
  });

  it('may leave the HTML inside of texts open, close tags in themselves, and have tags in comments', async () => {
    const source = body('<!-- <mj-text> --><mj-spacer /><mj-text><p>one<br>two {% if 1 < 2 %}x{% endif %}</mj-text>');
    const made = await compileMjml(source, 'en');
    expect('html' in made && made.html).toContain('<p>one<br>two');
  });

  it('is in the language of its locale, unless it names another', async () => {
    const source = body('<mj-text>lang="und"</mj-text>');
    const langs = async (mjml: string) => {
      const made = await compileMjml(mjml, 'nl-BE');
      return 'html' in made ? [...made.html.matchAll(/lang="[^"]*"/g)].map(([lang]) => lang) : made;
    };
    expect(await langs(source)).toEqual(['lang="nl-BE"', 'lang="nl-BE"', 'lang="und"']);
    const named = source.replace('<mjml>', '<mjml lang="fr">');
    expect(await langs(named)).toEqual(['lang="fr"', 'lang="fr"', 'lang="und"']);
  });

  it('keeps Liquid in texts, attributes and mj-raw', async () => {
    const made = await compileMjml(
      body(
        '<mj-raw>{% if invoice.pay_url %}</mj-raw><mj-button href="{{ invoice.pay_url }}">{% if invoice.days_overdue < 9 %}Pay{% endif %}</mj-button><mj-raw>{% endif %}</mj-raw>',
      ),
      'en',
    );
    if (!('html' in made)) throw new Error(made.problems.join());
    expect(shown({ html: made.html }).html).toMatch(/href="https:\/\/pay\.acme\.example\/2026-0042"[\s\S]*Pay/);
  });
});

describe('a template shows', () => {
  it('values escaped in HTML and as they are in text', () => {
    const template = {
      ...plain,
      html: '<p title="{{ customer.name }}">{{ customer.name }}</p>',
      text: '{{ customer.name }}',
    };
    const facts = { ...exampleFacts('OVERDUE', ['en']), customerName: '"><script>alert(1)</script>{{ x }}' };
    const { html, text } = createLiquidRenderer()(template, mailValues(facts, 'en'), 'en');
    expect(html).toBe(
      '<p title="&#34;&gt;&lt;script&gt;alert(1)&lt;/script&gt;{{ x }}">&#34;&gt;&lt;script&gt;alert(1)&lt;/script&gt;{{ x }}</p>',
    );
    expect(text).toBe('"><script>alert(1)</script>{{ x }}\n');
  });

  it('plain text made from its HTML where it has none', () => {
    const html =
      '<h1>Invoice {{ invoice.number }}</h1><table><tr><td>Open</td><td>{{ invoice.open }}</td></tr></table><a href="{{ invoice.pay_url }}">Pay</a>';
    expect(shown({ html }).text).toBe(
      'Invoice 2026-0042\n\nOpen   €810.00\n\nPay (https://pay.acme.example/2026-0042)\n',
    );
  });

  it.each([
    ['{{ invoice.open_quantity | money: invoice.currency }}', 'en', '€810.00'],
    ['{{ invoice.open_quantity | money: invoice.currency }}', 'nl', '€\u00a0810,00'],
    ['{{ invoice.total_quantity | minus: invoice.open_quantity | money: invoice.currency }}', 'en', '€400.00'],
    ['{{ 0.1 | plus: 0.2 | number }}', 'en', '0.3'],
    ['{{ wallet.balance_credits | number }}', 'de', '1.250,5'],
    ['{{ invoice.due_date | date }}', 'en-GB', '2 March 2026'],
    ['{{ invoice.due_date | date: "short" }}', 'en-GB', '02/03/2026'],
    ['{{ invoice.due_date | date: "full" }}', 'nl', 'maandag 2 maart 2026'],
    ['{{ invoice.days_overdue | count: "day", "days" }}', 'en', '7 days'],
    ['{{ 1 | plural: "day", "days" }}', 'en', 'day'],
    ['{{ 3 | count: one: "dzień", few: "dni", many: "dni", other: "dnia" }}', 'pl', '3 dni'],
    ['{{ nothing | money: "EUR" }}{% assign nothing = "" %}{{ nothing | date }}', 'en', ''],
    ['{% if invoice.open_quantity > 500 %}a lot{% endif %}', 'en', 'a lot'],
    ['{{ invoice.number | default: "?" }}', 'en', '2026-0042'],
  ])('%s in %s', (text, locale, expected) => {
    const made = createLiquidRenderer()(
      { ...plain, html: '', text },
      mailValues(exampleFacts(null, [locale]), locale),
      locale,
    );
    expect(made.text).toBe(`${expected}\n`);
  });

  it('its partials, which see the same values, and the built-in layout', async () => {
    const available = {
      ...(await builtInPartials('nl-BE')),
      _foot: { html: '<i>{{ customer.name }} {{ x }}</i>', text: 'foot' },
    };
    const html =
      '{% layout "_layout" %}{% block content %}<p>Hoi</p>{% render "_foot", x: invoice.number %}{% endblock %}';
    const made = shown({ html }, available, 'nl');
    expect(made.html).toContain('<p>Hoi</p><i>Zoë van Dijk 2026-0042</i>');
    expect(made.html).toContain('Met vriendelijke groet,');
    expect(made.text).toContain('Hoi\n\nZoë van Dijk 2026-0042');
  });
});

describe('the subject of an action', () => {
  it('is checked like a template', () => {
    expect(subjectProblems('{{ invoice.number }}', 'OVERDUE')).toEqual([]);
    expect(subjectProblems('{{ invoice.nr }}', 'OVERDUE')).toEqual([
      'Line 1: there is no variable invoice.nr; did you mean invoice.number?',
    ]);
    expect(subjectProblems('{{ invoice.number }}', 'WALLET_BALANCE')).toEqual([
      'invoice.number has no value in mails of WALLET_BALANCE.',
    ]);
  });
});
