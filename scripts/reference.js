'use strict';

// Generates docs/errors.md, docs/events.md, docs/permissions.md and the rate limits of docs/operations.md from the source and the contract.
const { readFileSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const { kindsOf, readSource } = require('./read-source');

const ROOT = path.join(__dirname, '..');
const GENERATED = '<!-- Generated from the code by `npm run regenerate`; do not edit. -->';

const readJson = (file) => JSON.parse(readFileSync(path.join(ROOT, file), 'utf8'));

function tableOf(titles, rows) {
  const line = (cells) => `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(titles), line(titles.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Lists every problem code with its meaning and the operations that return it. */
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
    return `## ${code}\n\n**${status}.** ${meaning}\n\n${detail}Returned by ${listOf(ids, operations.length)}.`;
  });
  const rows = problems.map(({ code, status }) => [`[\`${code}\`](#${code})`, status]);
  return page(
    'Errors',
    'Every error is an RFC 9457 problem. Switch on `code`, which is never renamed; `detail` tells users what to do. Treat an unknown code by its `status`: later versions may add codes. Each section has the status, the meaning, the `detail` of an example and the operations of [openapi.json](../openapi.json) that return it.',
    [tableOf(['code', 'status'], rows), ...chapters],
  );
}

function listOf(ids, all) {
  if (ids.length === 0) return 'no documented operation';
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

/** Returns the codes in a part of the document and in the schemas that it refers to. */
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

/** Returns the `detail` of the first example of each code. */
function detailsIn(part, details = new Map()) {
  if (typeof part !== 'object' || part === null) return details;
  if (typeof part.code === 'string' && typeof part.detail === 'string' && typeof part.status === 'number')
    if (!details.has(part.code)) details.set(part.code, part.detail);
  for (const child of Object.values(part)) detailsIn(child, details);
  return details;
}

/** Lists every event that the audit trail records and that listeners receive. */
function eventsPage(source) {
  const rows = kindsOf(source, 'SecurityEvent')
    .filter(({ type }) => type)
    .toSorted((a, b) => (a.type < b.type ? -1 : 1))
    .map(({ type, name, folder, outcome = 'success', sampled, meaning }) => [
      `\`${type}\``,
      `\`${name}\` of \`src/${folder}\``,
      sampled === 'true' ? `${outcome}, sampled` : outcome,
      meaning,
    ]);
  return page(
    'Events',
    'The [audit trail](audit.md) records these events by their `type`, and modules listen to them by their class with `@OnDomainEvent` ([extending.md](extending.md#events)). Of _sampled_ events, which unauthenticated clients can cause in any number, the trail records some; listeners receive all.',
    [tableOf(['event', 'class', 'outcome', 'when'], rows)],
  );
}

/** Lists every permission and the routes that require it. */
function permissionsPage(manifest, { permissions }) {
  const rows = [...permissions]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([word, { meaning, folder }]) => {
      const routes = Object.entries(manifest).filter(([, access]) => access.permissions.includes(word));
      return [
        `\`${word}\``,
        meaning,
        routes.map(([route]) => `\`${route}\``).join(', '),
        `\`src/${folder}\``,
      ];
    });
  return page(
    'Permissions',
    'Roles are sets of these permissions (`PUT /v1/roles/{name}`). The role `admin` has all of them. A route may require several; [access-manifest.json](../access-manifest.json) lists the requirements of each route.',
    [tableOf(['permission', 'allows to', 'required by', 'declared by'], rows)],
  );
}

function page(title, introduction, parts) {
  return `# ${title}\n\n${GENERATED}\n\n${[introduction, ...parts].join('\n\n')}\n`;
}

const OPERATIONS = 'docs/operations.md';
const RATE_LIMITS = /(<!-- rate limits, generated -->\n)[^]*(<!-- end of rate limits -->)/;

/** The page with its table of rate limits replaced. */
function operationsPage({ policies }) {
  const rows = policies
    .map(({ name, per, quota, windowSeconds, longestWaitSeconds, meaning }) => [
      `\`RATE_LIMIT_${`${name}_PER_${per}`.replaceAll('-', '_').toUpperCase()}\``,
      `\`${name}\``,
      per,
      `\`${quota}/${windowSeconds}/${longestWaitSeconds}\``,
      meaning,
    ])
    .toSorted(([one], [other]) => (one < other ? -1 : 1));
  const table = tableOf(['variable', 'name', 'counted per', 'default', 'what is counted'], rows);
  const text = readFileSync(path.join(ROOT, OPERATIONS), 'utf8');
  return text.replace(RATE_LIMITS, (_, start, end) => `${start}\n${table}\n\n${end}`);
}

/** @returns {Record<string, string>} the text of each page by its path, before it is formatted */
function draftPages() {
  const source = readSource();
  return {
    'docs/errors.md': errorsPage(readJson('openapi.json'), source),
    'docs/events.md': eventsPage(source),
    'docs/permissions.md': permissionsPage(readJson('access-manifest.json'), source),
    [OPERATIONS]: operationsPage(source),
  };
}

async function main() {
  const prettier = await import('prettier');
  const options = await prettier.resolveConfig(path.join(ROOT, 'docs/errors.md'));
  for (const [file, draft] of Object.entries(draftPages())) {
    writeFileSync(path.join(ROOT, file), await prettier.format(draft, { ...options, parser: 'markdown' }));
    process.stdout.write(`wrote ${file}\n`);
  }
}

module.exports = { draftPages };
if (require.main === module) void main();
