import { describe, expect, it } from 'vitest';
import { createLiquidRenderer } from '../../email/liquid-renderer.js';

const render = createLiquidRenderer();
const template = (text: string) => ({ subject: 's', preheader: 'p', html: '<p>{{ preheader }}</p>', text });

describe('a template', () => {
  it.each([
    ['loops too long', '{% for a in (1..1000000) %}{% for b in (1..1000000) %}x{% endfor %}{% endfor %}'],
    [
      'grows too large',
      '{% assign a = "xxxxxxxxxx" %}{% for i in (1..40) %}{% assign a = a | append: a %}{% endfor %}{{ a }}',
    ],
    ['is too long', `{{ 1 }}${'x'.repeat(300_000)}`],
    ['names a file', '{% include "/etc/passwd" %}'],
    ['names a file to render', '{% render "../../package.json" %}'],
    ['names a layout', '{% layout "x" %}'],
    ['has an unknown filter', '{{ 1 | shell }}'],
    ['has an unknown tag', '{% exec %}'],
    ['is broken', '{% if %}'],
  ])('that %s fails as template_failed', (_what, text) => {
    expect(() => render(template(text), {}, 'en')).toThrow(expect.objectContaining({ code: 'template_failed' }));
  });

  it('reaches nothing but the values it is given', () => {
    const text = '[{{ a.constructor }}{{ a.__proto__ }}{{ a.b.constructor.name }}{{ a.b.length }}]';
    expect(render(template(text), { a: { b: 'x' } }, 'en').text).toBe('[1]\n');
  });

  it('counts in the words of its locale, exactly, and nothing for a missing value', () => {
    const counted = template(
      '[{{ a | count: "day", "days" }}|{{ b | count: "day", "days" }}|{{ c | count: "day", "days" }}]',
    );
    expect(render(counted, { a: 1, b: '12345678901234567.80', c: null }, 'es-MX').text).toBe(
      '[1 day|12,345,678,901,234,567.8 days|]\n',
    );
  });

  it('renders a known name without a value as nothing', () => {
    expect(render(template('a{{ x.y }}b'), { x: { y: null } }, 'en').text).toBe('ab\n');
  });
});
