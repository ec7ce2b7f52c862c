'use strict';

// Reads from the source: classes, declared permissions, declared rate limit policies and the status of each error kind.
const { readdirSync, readFileSync } = require('node:fs');
const path = require('node:path');
const { HttpStatus } = require('@nestjs/common');
const ts = require('typescript');

const SOURCE = path.join(__dirname, '../src');

/** A file without any of these declares nothing that is read here. */
const DECLARING = /\bextends\b|\bPermissionsModule\b|\bSTATUS_OF\b|\brateLimitPolicy\b/;

let files;
let source;

/** Every TypeScript file of `src` except specs, read once. Parsing all of them takes a second, so a tree is parsed on first use. */
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

/** Every class of `src` that extends another one, every permission by name, every policy, every status by error kind. */
function readSource() {
  if (source) return source;
  source = { classes: [], permissions: new Map(), statuses: new Map(), policies: [] };
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
  if (ts.isVariableDeclaration(node) && node.initializer?.expression?.getText() === 'rateLimitPolicy')
    found.policies.push(policyOf(node));
  ts.forEachChild(node, (child) => visit(child, folder, found));
}

function policyOf(node) {
  const [comment] = ts.getJSDocCommentsAndTags(node);
  const properties = node.initializer.arguments[0].properties.map(({ name, initializer }) => [
    name.getText(),
    ts.isStringLiteral(initializer) ? initializer.text : numberIn(initializer),
  ]);
  return { ...Object.fromEntries(properties), meaning: meaningIn(comment) };
}

/** The value of a product of numbers and of constants of the same file. */
function numberIn(expression) {
  if (ts.isNumericLiteral(expression)) return Number(expression.text);
  if (ts.isBinaryExpression(expression)) return numberIn(expression.left) * numberIn(expression.right);
  const declarations = expression
    .getSourceFile()
    .statements.flatMap((each) => each.declarationList?.declarations ?? []);
  return numberIn(declarations.find(({ name }) => name.getText() === expression.getText()).initializer);
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
    meaning: meaningIn(comment),
    ...Object.fromEntries(statics),
  };
}

/** The classes that extend a class, directly or not. */
function kindsOf({ classes }, ancestor) {
  const isOne = ({ parent }) =>
    parent === ancestor || classes.some((other) => other.name === parent && isOne(other));
  return classes.filter(isOne);
}

function statusIn(expression) {
  return ts.isNumericLiteral(expression) ? Number(expression.text) : HttpStatus[expression.name.text];
}

function meaningIn(comment) {
  return (ts.getTextOfJSDocComment(comment?.comment) ?? '').replace(/\s+/g, ' ').trim();
}

module.exports = { sourceFiles, readSource, kindsOf };
