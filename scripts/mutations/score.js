'use strict';

/** What was caught in each folder, as lines of a table, and in all. */
function scoreOf(results) {
  const folders = [...new Set(results.map(folderOf))];
  const rows = folders.map((folder) =>
    row(
      folder,
      results.filter((result) => folderOf(result) === folder),
    ),
  );
  return { rows, all: row('all', results) };
}

function row(name, results) {
  const count = (by) => results.filter(({ caughtBy }) => caughtBy === by).length;
  const [usual, slow, total] = [count('usual'), count('slow'), results.length];
  return {
    name,
    total,
    usual,
    slow,
    survived: total - usual - slow,
    percent: Math.round((1_000 * usual) / total) / 10,
  };
}

function folderOf({ file }) {
  return file.split('/').slice(0, 2).join('/');
}

/** The table as text. `percent` is of the specs that are not slow. */
function tableOf({ rows, all }) {
  const columns = ['name', 'total', 'usual', 'slow', 'survived', 'percent'];
  const titles = ['folder', 'mutations', 'caught', 'caught by slow specs', 'survived', '% caught'];
  const cells = [...rows, all].map((line) => columns.map((column) => String(line[column])));
  const widths = titles.map((title, index) =>
    Math.max(...[title, ...cells.map((line) => line[index])].map(({ length }) => length)),
  );
  const text = (line) =>
    line.map((cell, index) => (index ? cell.padStart(widths[index]) : cell.padEnd(widths[0]))).join('  ');
  return [titles, ...cells].map(text).join('\n');
}

module.exports = { scoreOf, tableOf };
