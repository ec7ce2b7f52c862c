'use strict';

const path = require('node:path');
const { default: Sequencer } = require('@jest/test-sequencer');

/** Runs the specs in the order of MUTATE_SPECS: with `--bail`, the one that is likely to fail has to come first. */
module.exports = class extends Sequencer {
  sort(tests) {
    const order = JSON.parse(process.env.MUTATE_SPECS).map((spec) => path.resolve(spec));
    return tests.toSorted((one, other) => order.indexOf(one.path) - order.indexOf(other.path));
  }
};
