import type { Variant } from '../domain/types.js';
import { builtInTemplate } from './built-in-library.js';
import { exampleFacts } from './example-facts.js';
import { headerProblem } from './header-value.js';
import { htmlProblems } from './html-problems.js';
import { createLiquidRenderer } from './liquid-renderer.js';
import { crowdProblem } from './liquid-spans.js';
import { liquidReport, templateVariables } from './liquid-variables.js';
import { mailValues } from './mail-values.js';
import {
  isKnownVariable,
  isRequirable,
  isVariable,
  MAIL_VARIABLES,
  nearestVariable,
  type VariableName,
} from './mail-variables.js';
import { rawProblems } from './raw-problems.js';
import { reachedPartials } from './reached-partials.js';
import type { Template, TemplatePartial } from './template.js';

/** A field of the template and what is wrong in it. */
export interface TemplateProblem {
  field: 'subject' | 'preheader' | 'html' | 'text' | 'required';
  message: string;
}

/** A template that can be stored: with the partials it reaches and the values it names. */
export interface CheckedTemplate {
  template: Template;
  variables: VariableName[];
}

/**
 * Everything that is looked at when a template is saved (S-E2): syntax, filters, partials, names of variables, what would be shown
 * unescaped, what has no place in a mail; last it is rendered, so that one which runs into its bounds is refused now. MJML has been
 * compiled before: `written` is the HTML or MJML as it was written, whose lines are told. `available` are the partials it may name.
 */
export function checkTemplate(
  source: Omit<Template, 'partials'>,
  written: string,
  available: Readonly<Record<string, TemplatePartial>>,
): CheckedTemplate | { problems: TemplateProblem[] } {
  const bodies = { html: written, text: source.text ?? '', subject: source.subject, preheader: source.preheader };
  const crowded = (['html', 'text'] as const).flatMap((field) => {
    const message = crowdProblem(bodies[field]);
    return message === null ? [] : [{ field, message }];
  });
  if (crowded.length > 0) return { problems: crowded };
  const reached = {
    html: reachedPartials(bodies.html, 'html', available),
    text: reachedPartials(bodies.text, 'text', available),
  };
  const template: Template = { ...source, partials: { ...reached.text.partials, ...reached.html.partials } };
  const problems: TemplateProblem[] = [
    ...(['html', 'text'] as const).flatMap((field) => reached[field].problems.map((message) => ({ field, message }))),
  ];
  if (problems.length > 0) return { problems };

  const names = new Set<VariableName>();
  for (const field of ['subject', 'preheader', 'html', 'text'] as const) {
    const report = liquidReport(
      bodies[field],
      field === 'html' ? 'html' : 'text',
      field in reached ? template.partials : {},
    );
    for (const name of report.variables) names.add(name);
    problems.push(...report.problems.map((message) => ({ field, message })));
  }
  const partialHtml = Object.values(reached.html.partials).map(({ html }) => html ?? '');
  for (const message of [...htmlProblems(bodies.html), ...rawProblems(bodies.html, partialHtml)]) {
    problems.push({ field: 'html', message });
  }
  for (const name of source.required ?? []) {
    if (isRequirable(name)) continue;
    problems.push({ field: 'required', message: requiredProblem(name) });
  }
  if (problems.length === 0) problems.push(...trial(template));
  return problems.length > 0 ? { problems } : { template, variables: [...names].sort() };
}

function requiredProblem(name: string): string {
  if (isVariable(name)) return `${name} cannot be required: values such as invoice.number and parameters.order.id can.`;
  const near = nearestVariable(name);
  return `There is no variable ${name}${near === null ? '.' : `; did you mean ${near}?`}`;
}

/** What is wrong with a subject that stands in an action: it is Liquid over the variables of the action's variant. */
export function subjectProblems(subject: string, variant: Variant | null): string[] {
  const { variables, problems } = liquidReport(subject, 'text');
  const unfit = variant === null ? [] : unfitVariables(variables, variant);
  return [...problems, ...unfit.map((name) => `${name} has no value in mails of ${variant ?? ''}.`)];
}

/** The variables a built-in template names, in all its languages the same. */
export async function builtInVariables(name: string): Promise<string[]> {
  const template = await builtInTemplate(name, 'en');
  if (!template) return [];
  return templateVariables(template);
}

/** Those of the names that no mail of this variant has a value for. */
export function unfitVariables(names: readonly string[], variant: Variant): string[] {
  return names.filter((name) => isKnownVariable(name) && !MAIL_VARIABLES[name].variants.includes(variant));
}

/** Rendered once with every value there is, and once with none. */
function trial(checked: Template): TemplateProblem[] {
  const render = createLiquidRenderer();
  // No example has the parameters of calls.
  const template = { ...checked, required: [] };
  try {
    const facts = exampleFacts(null, ['en']);
    const { subject } = render(template, mailValues(facts, 'en'), 'en');
    const problem = headerProblem(subject);
    if (problem !== null) return [{ field: 'subject', message: `It is rendered with ${problem}: put it on one line.` }];
    const nothing = { ...facts, customerName: null, invoice: null, trial: null, payment: null, wallet: null };
    render(template, mailValues(nothing, 'en'), 'en');
    return [];
  } catch (error) {
    return [{ field: 'html', message: error instanceof Error ? error.message : String(error) }];
  }
}
