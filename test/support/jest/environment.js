const vm = require('node:vm');
const { TestEnvironment } = require('jest-environment-node');
const costs = require('./costs');
const { watchForEnd } = require('./worker');

/** The context that everything else of the process is in. */
const THIS_ONE = {};

// How long a test may take is said by one spec, and would else hold for those after it.
const RUNNERS = new Set(['JEST_STATE_SYMBOL', 'EVENT_HANDLERS', 'TEST_TIMEOUT_SYMBOL']);

const { compileFunction } = vm;
vm.compileFunction = (code, parameters, { parsingContext, ...options } = {}) =>
  compileFunction(code, parameters, {
    ...options,
    ...(parsingContext !== THIS_ONE && { parsingContext }),
  });

/** Evaluates a spec where the modules are that it shares with the others: what is a Date there is one here. */
module.exports = class extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    this.global = globalThis;
    this.spec = context.testPath;
  }

  async setup() {
    await super.setup();
    watchForEnd();
    costs.begin();
  }

  getVmContext() {
    return THIS_ONE;
  }

  async teardown() {
    // What a spec put in the place of a method must not meet the next one.
    this.moduleMocker.restoreAllMocks();
    await super.teardown();
    costs.end(this.spec);
    // The runner leaves its state behind there, and with it all that the tests hold.
    for (const symbol of Object.getOwnPropertySymbols(globalThis))
      if (RUNNERS.has(symbol.description)) delete globalThis[symbol];
  }
};
