import type { Problem } from '../../contracts/refusal.js';
import { RESOURCE_BINDINGS, type RunField, type RunSettings } from '../../domain/run-settings.js';
import type { Variant } from '../../domain/types.js';
import { traitsOf } from '../../domain/variants.js';
import { invalid, missing } from '../solvimon/problems.js';
import { DESCRIBED, isReserved, parameterName, readValue } from './parameters.js';

/** What keeps settings from working for a workflow of this variant (S-Z4). */
export function settingsProblems({ callout_trigger, fields }: RunSettings, variant: Variant | null): Problem[] {
  const problems = fields.flatMap((field, index) => fieldProblems(field, `fields[${String(index)}]`));
  for (const [what, of] of [
    ['callout_id', parameterName],
    ['binds_to', (field: RunField) => field.binds_to],
  ] as const) {
    const seen = fields.map(of);
    problems.push(
      ...seen.flatMap((text, index) =>
        seen.indexOf(text) === index ? [] : [invalid(`fields[${String(index)}].${what}`, `${text} stands twice.`)],
      ),
    );
  }
  if (fields.length === 0 && !callout_trigger) return problems;
  if (variant === null)
    return [...problems, missing('variant', 'Parameters identify what a variant is about: the workflow has none yet.')];
  return [...problems, ...bindingProblems(fields, variant)];
}

function fieldProblems(field: RunField, path: string): Problem[] {
  const name = parameterName(field);
  const own = field.callout_id === null ? 'field_name' : 'callout_id';
  const problems: Problem[] = [];
  if (isReserved(name)) problems.push(invalid(`${path}.${own}`, `'${name}' is a reserved word.`));
  if (name === 'input_parameters')
    problems.push(invalid(`${path}.${own}`, 'input_parameters is what wraps parameters.'));
  if (field.default !== null && readValue(field.datatype, field.default) === null) {
    problems.push(invalid(`${path}.default`, `must be ${DESCRIBED[field.datatype]}.`));
  }
  const names = !field.binds_to.startsWith('variable:');
  if (names && field.datatype !== 'Text' && field.datatype !== 'Integer') {
    problems.push(invalid(`${path}.datatype`, `An id is Text or Integer, not ${field.datatype}.`));
  }
  return problems;
}

/** One field must name the resource; one of another kind would name nothing. */
function bindingProblems(fields: readonly RunField[], variant: Variant): Problem[] {
  const { resource } = traitsOf(variant);
  const own = Object.entries(RESOURCE_BINDINGS).find(([, type]) => type === resource)?.[0];
  if (own === undefined) throw new Error(`Nothing names a ${resource}.`);
  const foreign = fields.flatMap(({ binds_to }, index) =>
    Object.hasOwn(RESOURCE_BINDINGS, binds_to) && binds_to !== own
      ? [invalid(`fields[${String(index)}].binds_to`, `${variant} is about what ${own} names, not ${binds_to}.`)]
      : [],
  );
  if (fields.some(({ binds_to }) => binds_to === own)) return foreign;
  const why = `The parameters cannot identify what ${variant} is about: one field must bind ${own}.`;
  return [...foreign, missing('fields', why)];
}
