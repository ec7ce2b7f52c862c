'use strict';

// What the source says of itself: its classes, the permissions it declares and the status of each kind of failure.
const { readdirSync, readFileSync } = require('node:fs');
const path = require('node:path');
const { HttpStatus } = require('@nestjs/common');
const ts = require('typescript');

const SOURCE = path.join(__dirname, '../src');

/** A file that has none of these declares nothing that is asked for here. */
const DECLARING = /\bextends\b|\bPermissionsModule\b|\bSTATUS_OF\b/;

let files;
let source;

/** Every TypeScript file of `src` but the specifications, read once. Its tree is parsed when it is asked for: all of them take a second. */
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

/** Every class of `src` that extends another one, every permission by its word, every status by its kind. */
function readSource() {
  if (source) return source;
  source = { classes: [], permissions: new Map(), statuses: new Map() };
  for (const { path: name, tree } of sourceFiles().filter(({ text }) => DECLARING.test(text)))
    visit(tree, path.dirname(name).split(path.sep).join('/'), source);
  return source;
}

function visit(node, room, found) {
  if (ts.isClassDeclaration(node) && node.name) found.classes.push(classOf(node, room));
  if (ts.isCallExpression(node) && node.expression.getText() === 'PermissionsModule.of')
    for (const { name, initializer } of node.arguments[0]?.properties ?? [])
      if (initializer) found.permissions.set(name.text, { meaning: initializer.text, room });
  if (ts.isVariableDeclaration(node) && node.name.getText() === 'STATUS_OF')
    for (const { name, initializer } of node.initializer.properties)
      found.statuses.set(name.text, statusIn(initializer));
  ts.forEachChild(node, (child) => visit(child, room, found));
}

function classOf(node, room) {
  const [heritage] = node.heritageClauses ?? [];
  const statics = node.members
    .filter((member) => ts.isPropertyDeclaration(member) && member.initializer)
    .map(({ name, initializer }) => [name.getText(), initializer.text ?? initializer.getText()]);
  const [comment] = ts.getJSDocCommentsAndTags(node);
  return {
    name: node.name.text,
    room,
    parent: heritage?.types[0]?.expression.getText(),
    meaning: inOneLine(ts.getTextOfJSDocComment(comment?.comment) ?? ''),
    ...Object.fromEntries(statics),
  };
}

/** Those that are of a class, however far down. */
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
