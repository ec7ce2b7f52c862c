'use strict';

// Reads the source: its classes, the permissions it declares and the status of each kind of error.
const { readdirSync, readFileSync } = require('node:fs');
const path = require('node:path');
const { HttpStatus } = require('@nestjs/common');
const ts = require('typescript');

const SOURCE = path.join(__dirname, '../src');

/** Only files that match declare classes, permissions or statuses; the others are not parsed. */
const DECLARING = /\bextends\b|\bPermissionsModule\b|\bSTATUS_OF\b/;

let files;
let source;

/** Returns every TypeScript file of `src` but the specs, read once. The tree is parsed on first use: parsing all takes a second. */
function sourceFiles() {
  files ??= readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'))
    .toSorted()
    .map((name) => new SourceFile(name));
  return files;
}

class SourceFile {
  #tree;

  constructor(name) {
    this.path = name;
    this.text = readFileSync(path.join(SOURCE, name), 'utf8');
  }

  get tree() {
    return (this.#tree ??= ts.createSourceFile(this.path, this.text, ts.ScriptTarget.ES2023, true));
  }
}

/** Returns every class of `src` that extends another one, the permissions by name, and the statuses by kind. */
function readSource() {
  if (source) return source;
  source = { classes: [], permissions: new Map(), statuses: new Map() };
  for (const { path: name, tree } of sourceFiles().filter(({ text }) => DECLARING.test(text)))
    visit(tree, path.dirname(name).split(path.sep).join('/'), source);
  return source;
}

function visit(node, folder, found) {
  if (ts.isClassDeclaration(node) && node.name) found.classes.push(classOf(node, folder));
  if (ts.isCallExpression(node) && node.expression.getText() === 'PermissionsModule.of')
    for (const { name, initializer } of node.arguments[0]?.properties ?? [])
      if (initializer) found.permissions.set(name.text, { meaning: initializer.text, folder });
  if (ts.isVariableDeclaration(node) && node.name.getText() === 'STATUS_OF')
    for (const { name, initializer } of node.initializer.properties)
      found.statuses.set(name.text, statusIn(initializer));
  ts.forEachChild(node, (child) => visit(child, folder, found));
}

function classOf(node, folder) {
  const [heritage] = node.heritageClauses ?? [];
  const statics = node.members
    .filter((member) => ts.isPropertyDeclaration(member) && member.initializer)
    .map(({ name, initializer }) => [name.getText(), initializer.text ?? initializer.getText()]);
  const [comment] = ts.getJSDocCommentsAndTags(node);
  return {
    name: node.name.text,
    folder,
    parent: heritage?.types[0]?.expression.getText(),
    meaning: inOneLine(ts.getTextOfJSDocComment(comment?.comment) ?? ''),
    ...Object.fromEntries(statics),
  };
}

/** Returns the direct and indirect subclasses of a class. */
function kindsOf({ classes }, ancestor) {
  const isOne = ({ parent }) =>
    parent === ancestor || classes.some((other) => other.name === parent && isOne(other));
  return classes.filter(isOne);
}

function statusIn(expression) {
  return ts.isNumericLiteral(expression) ? Number(expression.text) : HttpStatus[expression.name.text];
}

function inOneLine(text) {
  return text.replace(/\s+/g, ' ').trim();
}

module.exports = { sourceFiles, readSource, kindsOf };
