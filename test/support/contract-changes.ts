import {
  type Contract,
  type Described,
  type Operation,
  operationsOf,
  type Parameter,
  type PlacedOperation,
} from './contract';
import { Shapes } from './shape-changes';

/**
 * Lists the changes that break a client of the released document, with the operation. A new problem, response property,
 * optional parameter or operation breaks no client: clients treat an unknown code by its status.
 */
export function breakingChanges(released: Contract, present: Contract): string[] {
  const now = new Map(operationsOf(present).map((operation) => [operation.route, operation]));
  const shapes = new Shapes(released, present);
  return operationsOf(released).flatMap((before) => {
    const after = now.get(before.route);
    if (!after) return [`${before.route} is gone`];
    const changes = [
      ...nameChanges(before, after),
      ...securityChanges(securityOf(before, released), securityOf(after, present)),
      ...parameterChanges(before, after, shapes),
      ...bodyChanges(before, after, shapes),
      ...answerChanges(before, after, shapes),
    ];
    return [...new Set(changes)].map((change) => `${before.route} ${change}`);
  });
}

function nameChanges({ operationId: before }: Operation, { operationId: after }: Operation): string[] {
  return before === after ? [] : [`is called ${after} instead of ${before}`];
}

const securityOf = (operation: Operation, contract: Contract): string[][] =>
  (operation.security ?? contract.security).map((way) => Object.keys(way));

/** Every former request is still accepted. */
function securityChanges(before: readonly string[][], after: readonly string[][]): string[] {
  const lost = before.filter((way) => !after.some((other) => other.every((scheme) => way.includes(scheme))));
  return lost.map((way) => `no longer answers those with ${way.join(' and ') || 'no credentials'}`);
}

function parameterChanges(before: PlacedOperation, after: PlacedOperation, shapes: Shapes): string[] {
  const wordsOf = (parameter: Parameter) => `the ${parameter.in} parameter ${parameter.name}`;
  const find = ({ parameters = [] }: Operation, wanted: Parameter) =>
    parameters.find((each) => each.name === wanted.name && each.in === wanted.in);
  const gone = (before.parameters ?? []).flatMap((parameter) => {
    const other = find(after, parameter);
    return other
      ? shapes.taken(parameter.schema, other.schema, wordsOf(parameter))
      : [`no longer knows ${wordsOf(parameter)}`];
  });
  const needed = (after.parameters ?? []).filter(
    (parameter) => parameter.required === true && find(before, parameter)?.required !== true,
  );
  return [...gone, ...needed.map((parameter) => `needs ${wordsOf(parameter)}`)];
}

function bodyChanges(
  { requestBody: before }: Operation,
  { requestBody: after }: Operation,
  shapes: Shapes,
): string[] {
  const needed = after?.required === true && before?.required !== true ? ['needs a body'] : [];
  const taken = Object.entries(before?.content ?? {}).flatMap(([type, { schema }]) => {
    const other = after?.content[type];
    return other ? shapes.taken(schema, other.schema, 'the body') : [`no longer takes ${type}`];
  });
  return [...needed, ...taken];
}

function answerChanges(before: PlacedOperation, after: PlacedOperation, shapes: Shapes): string[] {
  const gone = Object.entries(before.responses).flatMap(([status, answer]) => {
    const other = after.responses[status];
    return other ? changesOfAnswer(status, answer, other, shapes) : [`no longer answers ${status}`];
  });
  const isNew = (status: string) => status < '400' && !(status in before.responses);
  const successes = Object.keys(after.responses).filter(isNew);
  return [...gone, ...successes.map((status) => `may answer ${status}`)];
}

function changesOfAnswer(status: string, before: Described, after: Described, shapes: Shapes): string[] {
  const headers = Object.entries(before.headers ?? {})
    .filter(([name, { required }]) => required === true && after.headers?.[name]?.required !== true)
    .map(([name]) => `no longer promises ${name} with ${status}`);
  const types = Object.entries(before.content ?? {}).flatMap(([type, { schema }]) => {
    const other = after.content?.[type];
    return other ? shapes.given(schema, other.schema, status) : [`no longer answers ${status} as ${type}`];
  });
  const empty = before.content || !after.content ? [] : [`answers ${status} with a body`];
  return [...headers, ...types, ...empty];
}
