'use strict';

// The pages that list what the code has: docs/errors.md, docs/events.md and docs/permissions.md.
const { readFileSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const { kindsOf, readSource } = require('./read-source');

const ROOT = path.join(__dirname, '..');
const GENERATED = '<!-- Made of the code by `npm run regenerate`; changes belong there. -->';

const readJson = (file) => JSON.parse(readFileSync(path.join(ROOT, file), 'utf8'));

function tableOf(titles, rows) {
  const line = (cells) => `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(titles), line(titles.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Every word of a problem, what it means and which operations answer it. */
function errorsPage(document, source) {
  const operations = operationsOf(document).map(([id, { responses }]) => [id, codesIn(responses, document)]);
  const details = detailsIn(document);
  const problems = kindsOf(source, 'DomainError')
    .map(({ code = 'internal-error', kind = 'internal', status, meaning }) => ({
      code,
      meaning,
      status: Number(status) || source.statuses.get(kind),
    }))
    .toSorted((a, b) => a.status - b.status || (a.code < b.code ? -1 : 1));
  const chapters = problems.map(({ code, status, meaning }) => {
    const ids = operations.filter(([, codes]) => codes.has(code)).map(([id]) => `\`${id}\``);
    const detail = details.has(code) ? `> ${details.get(code)}\n\n` : '';
    return `## ${code}\n\n**${status}.** ${meaning}\n\n${detail}Answered by ${listOf(ids, operations.length)}.`;
  });
  const rows = problems.map(({ code, status }) => [`[\`${code}\`](#${code})`, status]);
  return page(
    'Errors',
    'Every error is an RFC 9457 problem. Switch on `code`, which is never renamed; `detail` is for people, and says what to do. A code that is not in this list is of a later version: go by `status`. Below: the status, what it means, the words of an example, and the operations of [openapi.json](../openapi.json) that answer it.',
    [tableOf(['code', 'status'], rows), ...chapters],
  );
}

function listOf(ids, all) {
  if (ids.length === 0) return 'no operation in particular';
  if (ids.length === all) return 'every operation';
  return ids.length > all / 2 ? `most operations, ${ids.length} of ${all}` : ids.join(', ');
}

function operationsOf({ paths }) {
  return Object.values(paths).flatMap((item) =>
    Object.values(item)
      .filter((operation) => operation.operationId)
      .map((operation) => [operation.operationId, operation]),
  );
}

/** The codes of a part of the document, whatever it refers to. */
function codesIn(part, document, codes = new Set(), seen = new Set()) {
  if (typeof part !== 'object' || part === null || seen.has(part)) return codes;
  seen.add(part);
  if (typeof part.$ref === 'string') codesIn(resolve(part.$ref, document), document, codes, seen);
  if (part.properties?.status?.const && part.properties.code?.const) codes.add(part.properties.code.const);
  for (const child of Object.values(part)) codesIn(child, document, codes, seen);
  return codes;
}

function resolve(reference, document) {
  return reference
    .slice(2)
    .split('/')
    .reduce((part, key) => part[key], document);
}

/** The words of the first example of each code. */
function detailsIn(part, details = new Map()) {
  if (typeof part !== 'object' || part === null) return details;
  if (typeof part.code === 'string' && typeof part.detail === 'string' && typeof part.status === 'number')
    if (!details.has(part.code)) details.set(part.code, part.detail);
  for (const child of Object.values(part)) detailsIn(child, details);
  return details;
}

/** Every event that the audit trail records and listeners hear. */
function eventsPage(source) {
  const rows = kindsOf(source, 'SecurityEvent')
    .filter(({ type }) => type)
    .toSorted((a, b) => (a.type < b.type ? -1 : 1))
    .map(({ type, name, room, outcome = 'success', sampled, meaning }) => [
      `\`${type}\``,
      `\`${name}\` of \`src/${room}\``,
      sampled === 'true' ? `${outcome}, sampled` : outcome,
      meaning,
    ]);
  return page(
    'Events',
    'What is recorded in the [audit trail](audit.md), by its `type`, and what `@OnDomainEvent` of a module hears, by its class ([extending.md](extending.md#events)). Of those that are _sampled_, because a stranger can cause any number, the trail records some; listeners hear all.',
    [tableOf(['event', 'class', 'outcome', 'when'], rows)],
  );
}

/** Every permission, and the routes that ask for it. */
function permissionsPage(manifest, { permissions }) {
  const rows = [...permissions]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([word, { meaning, room }]) => {
      const routes = Object.entries(manifest).filter(([, access]) => access.permissions.includes(word));
      return [`\`${word}\``, meaning, routes.map(([route]) => `\`${route}\``).join(', '), `\`src/${room}\``];
    });
  return page(
    'Permissions',
    'What roles are made of (`PUT /v1/roles/{name}`). The role `admin` has all of them. A route may ask for several; [access-manifest.json](../access-manifest.json) has all that it asks for.',
    [tableOf(['permission', 'who has it can', 'asked for by', 'declared by'], rows)],
  );
}

function page(title, introduction, parts) {
  return `# ${title}\n\n${GENERATED}\n\n${[introduction, ...parts].join('\n\n')}\n`;
}

/** @returns {Record<string, string>} the text of each page by its path, before it is formatted */
function draftPages() {
  const source = readSource();
  return {
    'docs/errors.md': errorsPage(readJson('openapi.json'), source),
    'docs/events.md': eventsPage(source),
    'docs/permissions.md': permissionsPage(readJson('access-manifest.json'), source),
  };
}

async function main() {
  const prettier = await import('prettier');
  const options = await prettier.resolveConfig(path.join(ROOT, 'docs/errors.md'));
  for (const [file, draft] of Object.entries(draftPages())) {
    writeFileSync(path.join(ROOT, file), await prettier.format(draft, { ...options, parser: 'markdown' }));
    process.stdout.write(`${file} is written\n`);
  }
}

module.exports = { draftPages };
if (require.main === module) void main();
